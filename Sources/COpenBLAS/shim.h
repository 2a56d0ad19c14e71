// cblas, and the LAPACK routines Coterie calls, by their Fortran names: Debian's OpenBLAS exports
// these and no LAPACKE. Only LinearAlgebra may import this module. Matrices are column-major here.
#ifndef COTERIE_COPENBLAS_SHIM_H
#define COTERIE_COPENBLAS_SHIM_H

#include <cblas.h>

/// Ends OpenBLAS's own threads, as its fork handler does; absent from builds that have none.
extern int blas_thread_shutdown_(void) __attribute__((weak));

/// Ends the threads that OpenBLAS starts while it is loaded, which spin for tens of milliseconds.
static inline void coterie_end_blas_threads(void) {
  openblas_set_num_threads(1);
  if (blas_thread_shutdown_) { blas_thread_shutdown_(); }
}

// Hidden trailing lengths of Fortran's character arguments are passed as gfortran expects them.
#define COTERIE_LAPACK(T, p)                                                                      \
  void p##syevd_(const char *jobz, const char *uplo, const int *n, T *a, const int *lda, T *w,    \
                 T *work, const int *lwork, int *iwork, const int *liwork, int *info,             \
                 unsigned long, unsigned long);                                                   \
  void p##gesdd_(const char *jobz, const int *m, const int *n, T *a, const int *lda, T *s, T *u,  \
                 const int *ldu, T *vt, const int *ldvt, T *work, const int *lwork, int *iwork,   \
                 int *info, unsigned long);                                                       \
  void p##potrf_(const char *uplo, const int *n, T *a, const int *lda, int *info, unsigned long); \
  void p##trtri_(const char *uplo, const char *diag, const int *n, T *a, const int *lda,          \
                 int *info, unsigned long, unsigned long);

COTERIE_LAPACK(double, d)
COTERIE_LAPACK(float, s)

#undef COTERIE_LAPACK
#endif
