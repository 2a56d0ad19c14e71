// cblas, and the LAPACK routines Coterie calls, by their Fortran names: Debian's OpenBLAS exports
// these and no LAPACKE. Only LinearAlgebra may import this module. Matrices are column-major here.
#ifndef COTERIE_COPENBLAS_SHIM_H
#define COTERIE_COPENBLAS_SHIM_H

#include <cblas.h>

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
