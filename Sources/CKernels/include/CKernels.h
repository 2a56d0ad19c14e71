#ifndef COTERIE_KERNELS_H
#define COTERIE_KERNELS_H

#include <stdint.h>

/// The instructions that a loop is compiled for, from the least to the most demanding.
typedef enum {
  COTERIE_BASELINE = 0,
  COTERIE_AVX2 = 1,
  COTERIE_AVX512 = 2,
} coterie_instructions;

/// 1 where this processor has the instructions, and this architecture the code.
int32_t coterie_supports(coterie_instructions instructions);

/// Samples as they lie in memory, row-major, and how they are read.
typedef struct {
  /// float or double, n x column_count.
  const void *_Nonnull elements;
  int32_t is_double;
  int64_t column_count;
  /// What is taken from every row in double precision, column_count numbers; the differences are exact.
  const double *_Nonnull shift;
  /// Single precision sees element * scale - center: a power of two, and column_count numbers.
  double scale;
  const double *_Nonnull center;
  const float *_Nonnull single_center;
  /// One weight per row, or null for 1 each.
  const double *_Nullable weights;
} coterie_samples;

/// Centroids, packed for the scores, and exact for near ties.
typedef struct {
  int64_t cluster_count;
  /// cluster_count x column_count, less the shift of the samples.
  const double *_Nonnull exact;
  /// In groups of four, padded: group, column, member of the group.
  const float *_Nonnull packed;
  /// Half the squared norms less their share of the rounding error; infinity for the padding.
  const float *_Nonnull lowered;
  /// Bounds the rounding of a score relative to the squared norms of row and centroid.
  float relative_error;
  /// What exact distances are multiplied by before they are compared; null where it is the squared
  /// distances that are.
  const double *_Nullable factors;
  /// The weight of each squared distance, less 1, padded by 0; null where all are 1.
  const float *_Nullable rises;
} coterie_centroids;

/// The number of floats in `packed` and in `lowered`.
int64_t coterie_packed_count(int64_t cluster_count, int64_t column_count);
int64_t coterie_lowered_count(int64_t cluster_count);

/// Packs `exact`, to be compared by squared distances times `weights`, over 0 and at most 1, or null
/// for 1 each; returns the relative error. `rises` is as long as `lowered`, or null as `weights` is.
float coterie_pack(
  const coterie_samples *_Nonnull samples, const double *_Nonnull exact,
  const double *_Nullable weights, int64_t cluster_count, float *_Nonnull packed,
  float *_Nonnull lowered, float *_Nullable rises);

/// The number of floats of scratch that `coterie_assign` needs.
int64_t coterie_scratch_count(int64_t column_count);

/// Labels `count` rows from `first` on, or those at `offsets` from it, by their nearest centroid.
///
/// `labels` and `keys` begin at row `first`. Rows whose label changes are listed in `moved`
/// (offsets, rising) with their `previous` labels. Where `keys` is given, each row's becomes
/// spent[label] plus a lower bound of how much farther its second nearest centroid is than its
/// nearest, or 0 where that bound is not over 0. Returns the number of rows moved. Where `moved` is
/// null, every label is written, nothing is listed and 0 returned; there must be no `offsets`.
/// Centroids with `rises` must be given neither `offsets` nor `keys`.
int64_t coterie_assign(
  coterie_instructions instructions, const coterie_samples *_Nonnull samples,
  const coterie_centroids *_Nonnull centroids, int64_t first, const int32_t *_Nullable offsets,
  int64_t count, int32_t *_Nonnull labels, float *_Nullable keys, const float *_Nullable spent,
  int32_t *_Nullable moved, int32_t *_Nullable previous, float *_Nonnull scratch);

/// The largest size of an element of `count` rows from `first` on; NaN where one is NaN.
double coterie_largest_size(
  coterie_instructions instructions, const coterie_samples *_Nonnull samples, int64_t first,
  int64_t count);

/// Lists which of the offsets first..<first + count have a key that is not over spent[label];
/// returns their number.
///
/// Where `watched` is given, the offsets whose key is over by less than `reach` or not at all are
/// listed there, and `watched_count` rises by their number.
int64_t coterie_expired(
  coterie_instructions instructions, int64_t first, int64_t count,
  const int32_t *_Nonnull labels, const float *_Nonnull keys, const float *_Nonnull spent,
  float reach, int32_t *_Nonnull expired, int32_t *_Nullable watched,
  int64_t *_Nullable watched_count);

/// Adds rows to the sums of their labels and takes them from those of their previous labels (none
/// where that is negative); rows are those at `offsets`, or all `count` where it is null, then added.
///
/// The sums of a cluster are column_count + 2 numbers (the last are its weight and the number of its
/// rows of positive weight) and as many remainders; a number and its remainder are an unevaluated
/// sum (Knuth's two-sum).
void coterie_move(
  coterie_instructions instructions, const coterie_samples *_Nonnull samples, int64_t first,
  const int32_t *_Nullable offsets, const int32_t *_Nullable previous, int64_t count,
  const int32_t *_Nonnull labels, double *_Nonnull sums);

/// Adds the sums of `clusters` clusters to `totals`, both laid out as by `coterie_move`.
void coterie_add_sums(
  int64_t cluster_count, int64_t column_count, const double *_Nonnull sums,
  double *_Nonnull totals);

/// The sum of weight times squared distance to the own centroid, in a fixed order for all
/// instructions.
double coterie_inertia(
  coterie_instructions instructions, const coterie_samples *_Nonnull samples,
  const double *_Nonnull exact, int64_t first, int64_t count, const int32_t *_Nonnull labels);

/// Least, largest and mean element of every column, and the sum of squared differences from the mean;
/// least and largest are NaN where an element is.
void coterie_summarize(
  coterie_instructions instructions, const coterie_samples *_Nonnull samples, int64_t first,
  int64_t count, double *_Nonnull least, double *_Nonnull largest, double *_Nonnull mean,
  double *_Nonnull squares);

/// The sums over `count` rows of weight times (element - base), and times its square, of every
/// column; base has column_count numbers, in the units of the elements.
void coterie_moments(
  coterie_instructions instructions, const coterie_samples *_Nonnull samples,
  const double *_Nonnull base, int64_t first, int64_t count, double *_Nonnull sums,
  double *_Nonnull squares);

/// A weighted sample, column after column, `stride` numbers each: a multiple of eight, with weights
/// of 0 behind the last row. The loops below take their rows by eights.
typedef struct {
  const double *_Nonnull values;
  const double *_Nonnull weights;
  int64_t stride;
  int64_t column_count;
} coterie_sample;

/// Writes `count` rows, less their shift, to columns of `stride` numbers.
void coterie_gather(
  const coterie_samples *_Nonnull samples, const int64_t *_Nonnull rows, int64_t count,
  int64_t stride, double *_Nonnull values);

/// Compares rows with the centroids first_cluster..<cluster_count, and with what is known of those
/// before: squared distances to the nearest two and the label of the nearest, ties to the first.
/// Returns the sum of weight times nearest.
double coterie_nearest_two(
  coterie_instructions instructions, const coterie_sample *_Nonnull sample, int64_t first,
  int64_t count, const double *_Nonnull centroids, int64_t first_cluster, int64_t cluster_count,
  double *_Nonnull nearest, double *_Nonnull second, int32_t *_Nonnull labels);

/// Returns the sum of weight times squared distance to the nearest centroid or to `point`; adds to
/// `removals`, where given, by label what it would cost on top to remove the nearest centroid.
double coterie_trial(
  coterie_instructions instructions, const coterie_sample *_Nonnull sample, int64_t first,
  int64_t count, const double *_Nonnull point, const double *_Nonnull nearest,
  const double *_Nonnull second, const int32_t *_Nonnull labels, double *_Nullable removals);

/// Brings sums by label up to date: rows whose label is not the one they were `summed` by (-1 for
/// none) are taken from that label's sums and added to their own's. A label has column_count + 2
/// sums: weight times row, the weight, and the number of rows of positive weight.
void coterie_sample_sums(
  coterie_instructions instructions, const coterie_sample *_Nonnull sample, int64_t first,
  int64_t count, const int32_t *_Nonnull labels, int32_t *_Nonnull summed, double *_Nonnull sums);

/// How two rows are compared, column by column.
typedef enum {
  /// The sum of squared differences, the square root of it, and half of it.
  COTERIE_SQUARES = 0,
  COTERIE_ROOT_OF_SQUARES = 1,
  COTERIE_HALF_OF_SQUARES = 2,
  /// The sum and the largest of the sizes of the differences.
  COTERIE_SIZES = 3,
  COTERIE_LARGEST_SIZE = 4,
} coterie_measure;

/// What the distances to the exemplars of a cluster are summed up to.
typedef enum {
  COTERIE_LEAST = 0,
  COTERIE_LARGEST = 1,
  /// The sum of weight times distance, divided by the cluster's divisor.
  COTERIE_WEIGHTED_MEAN = 2,
} coterie_summary;

/// Exemplars by cluster, in eights; the last of a cluster is filled up with its first row.
typedef struct {
  coterie_measure measure;
  coterie_summary summary;
  int64_t column_count;
  int64_t cluster_count;
  /// By cluster: its eights are those from here to where the next one's begin; cluster_count + 1.
  const int64_t *_Nonnull firsts;
  /// By eight: columns of 8 coordinates.
  const double *_Nonnull eights;
  /// By eight: 8 weights, 0 for what it was filled up with.
  const double *_Nonnull weights;
  const double *_Nonnull divisors;
  /// By cluster: its weighted mean, or in case of the largest any mean; and what rounding moved it by
  /// at most.
  const double *_Nonnull means;
  double mean_error;
} coterie_exemplars;

/// The dissimilarities of `count` rows (double, row-major) to all clusters, count x cluster_count; the
/// same bits for every instruction set.
void coterie_dissimilarities(
  coterie_instructions instructions, const coterie_exemplars *_Nonnull exemplars,
  const double *_Nonnull rows, int64_t count, double *_Nonnull dissimilarities);

/// The cluster of the least of these dissimilarities, ties to the first; few of them are computed.
///
/// Needs cluster_count numbers of scratch.
void coterie_least_dissimilar(
  coterie_instructions instructions, const coterie_exemplars *_Nonnull exemplars,
  const double *_Nonnull rows, int64_t count, int64_t *_Nonnull labels, double *_Nonnull scratch);

/// Adds the distances from each of `count` rows (double, row-major; a multiple of 4 of them) to a run of
/// others to a sum of its own: row i's is sums[i * stride]; the same bits for every instruction set.
///
/// The others stand in eights, column_count x 8 coordinates each; of the last eight, last_count count.
void coterie_distance_sums(
  coterie_instructions instructions, coterie_measure measure, int64_t column_count,
  const double *_Nonnull rows, int64_t count, const double *_Nonnull eights, int64_t eight_count,
  int64_t last_count, double *_Nonnull sums, int64_t stride);

/// The queries that a search takes together: it needs column_count floats of scratch for each.
#define COTERIE_QUERY_TILE 64

/// One level of a tree: nodes of 16 children each.
typedef struct {
  int64_t child_count;
  /// By node and column: the lower bounds of 16 children, then the upper.
  const float *_Nonnull boxes;
  /// By child: no cluster under it has a larger one.
  const float *_Nonnull allowances;
} coterie_tree_level;

/// The rows of clusters, for linkages made of the distances between them.
typedef struct {
  /// The mean of these distances, or else the largest.
  int32_t is_average;
  /// By row: column_count coordinates.
  const double *_Nonnull rows;
  /// By row, or null for 1 each.
  const double *_Nullable weights;
  /// By run: its rows are `counts` from `firsts` on. The rows of the cluster in a slot are those of the
  /// run of that number and of those that follow, until -1.
  const int32_t *_Nonnull firsts;
  const int32_t *_Nonnull counts;
  const int32_t *_Nonnull next;
  /// By slot: the number of its rows.
  const int32_t *_Nonnull totals;
  /// By slot: the mean squared distance of its rows to their centroid.
  const double *_Nonnull variances;
  /// Bounds what rounding adds to a squared distance of centroids in double precision.
  double error;
} coterie_cluster_members;

/// A tree over clusters by their centroids: leaves of 16 slots, 16 to a node of level 0, and so on up
/// to the root. Single precision sees centroids scaled to at most 1 in size.
typedef struct {
  int64_t column_count;
  int64_t leaf_count;
  int64_t level_count;
  const coterie_tree_level *_Nonnull levels;
  /// By leaf: columns of 16 coordinates, in single precision.
  const float *_Nonnull points;
  /// By slot: 1 / size for Ward.
  const float *_Nonnull allowances;
  /// By slot: column_count coordinates, not scaled.
  const double *_Nonnull centroids;
  /// By slot.
  const double *_Nonnull sizes;
  /// By slot; an empty slot has the name -1.
  const int32_t *_Nonnull names;
  /// Distances are n m / (n + m) times the squared distance of the centroids, or without the factor.
  int32_t is_ward;
  /// Where given, distances are those between the members.
  const coterie_cluster_members *_Nullable members;
  /// A squared distance in single precision is at most a true one times `widening` (with the squared
  /// scale in it) plus `error`.
  double widening;
  double error;
} coterie_cluster_tree;

/// The nearest other cluster of those in the slots `queries`, ties to the least name, and its
/// distance; returns the number of leaves visited. `hints` are slots of clusters likely to be near,
/// or -1.
///
/// Distances between members need scratch for the rows of a query: column_count + 1 numbers for each,
/// their count rounded up to eights.
int64_t coterie_nearest_clusters(
  coterie_instructions instructions, const coterie_cluster_tree *_Nonnull tree,
  const int32_t *_Nonnull queries, const int32_t *_Nonnull hints, int64_t count,
  double *_Nonnull distances, int32_t *_Nonnull nearest, float *_Nonnull scratch,
  double *_Nullable query_rows);

/// The same without bounds: every cluster is compared with every query.
void coterie_compare_with_all(
  coterie_instructions instructions, const coterie_cluster_tree *_Nonnull tree,
  const int32_t *_Nonnull queries, int64_t count, double *_Nonnull distances,
  int32_t *_Nonnull nearest, float *_Nonnull scratch, double *_Nullable query_rows);

/// Rows by group.
typedef struct {
  int64_t column_count;
  int64_t group_count;
  /// Where each group begins; group_count + 1 numbers.
  const int64_t *_Nonnull starts;
  /// Rows in eights, the last filled up with anything: columns of 8 coordinates.
  const double *_Nonnull eights;
  /// By row, or null for 1 each.
  const double *_Nullable weights;
  /// By group: a point, and how far its rows are from there at most.
  const double *_Nonnull centers;
  const double *_Nonnull radii;
} coterie_grouped_rows;

/// The largest distances between the rows of a group and those of each later one, by few of them.
///
/// Needs scratch for all rows of the two largest groups: column_count + 1 numbers for each, their
/// counts rounded up to eights.
void coterie_largest_to_later(
  coterie_instructions instructions, const coterie_grouped_rows *_Nonnull groups, int64_t group,
  double *_Nonnull largest, double *_Nonnull scratch);

/// The same by all pairs of rows; or the sums of their distances, each times the weights of both, as
/// high + low.
void coterie_distances_to_later(
  coterie_instructions instructions, const coterie_grouped_rows *_Nonnull groups, int64_t group,
  int32_t is_average, double *_Nonnull highs, double *_Nonnull lows);

/// (high + low) / weight, rounded once but for sums within 2^-100 of the middle of two numbers.
double coterie_mean(double high, double low, double weight);

/// Adds (high + low) * weight to a sum in two parts.
void coterie_add_scaled(
  double high, double low, double weight, double *_Nonnull sum, double *_Nonnull rest);

/// Components of a spanning forest over the clusters of a tree whose distances are squared.
typedef struct {
  const coterie_cluster_tree *_Nonnull tree;
  /// By slot: its component, which is one of its slots.
  const int32_t *_Nonnull components;
  /// By level and child: the component of all that is under it, or -1.
  const int32_t *_Nonnull const *_Nonnull child_components;
  /// By component: the least distance so far of an edge that leaves it.
  double *_Nonnull limits;
  /// By slot: no slot of another component is nearer.
  double *_Nonnull bounds;
  /// By slot: the nearest of another component, at the bound, or -1.
  int32_t *_Nonnull targets;
} coterie_forest;

/// Looks for the nearest of another component, ties to the least name, for those of the slots
/// `queries` that have no target and whose bound is not over the limit of their component, as far as
/// it; lowers limits as they are found. Returns the number of leaves visited, 0 where all are.
int64_t coterie_leave_components(
  coterie_instructions instructions, const coterie_forest *_Nonnull forest,
  const int32_t *_Nonnull queries, int64_t count, int32_t is_pruning, float *_Nonnull scratch);

/// What a text holds besides separators.
enum { COTERIE_HAS_NON_ASCII = 1, COTERIE_HAS_NUL = 2, COTERIE_HAS_QUOTE = 4 };

/// Finds the separators and line ends of a text of under 2^31 bytes.
///
/// Their places are written rising, those of line ends plus 2^31; there is room for `count` of them.
/// Returns how many there are, and in `contents` what else the text holds.
int64_t coterie_find_separators(
  coterie_instructions instructions, const uint8_t *_Nonnull text, int64_t count,
  uint8_t separator, uint8_t line_end, uint32_t *_Nonnull places, uint32_t *_Nonnull contents);

/// 10 to a power of at most 22, which is exact.
static inline double coterie_power_of_ten(int32_t exponent) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  return powers[exponent];
}

/// Weights, 1 each where there are none, at instants at or after 1970 in microseconds: each relative to
/// the beginning of its block of 256 half-lives, counted from 1970, and that block.
///
/// `powers` are 2 to the 1024ths from 0 to 1.
void coterie_decayed_terms(
  coterie_instructions instructions, const int64_t *_Nonnull times,
  const double *_Nullable weights, int64_t count, int64_t half_life,
  const double *_Nonnull powers, double *_Nonnull terms, int64_t *_Nonnull blocks);

#endif
