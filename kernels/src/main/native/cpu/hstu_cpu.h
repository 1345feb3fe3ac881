/*
 * CPU kernels of HSTU Retrieval, called through java.lang.foreign by dev.hstu.kernels.cpu.
 * The caller checks every argument; nothing here allocates, keeps state or reads the clock.
 */
#ifndef HSTU_CPU_H
#define HSTU_CPU_H

#include <stdint.h>

#define HSTU_EXPORT __attribute__((visibility("default")))

/* Changes with any signature below; Java refuses another one. */
#define HSTU_CPU_INTERFACE 4

/* Rows of a block: the int32 lanes of a 512-bit register. */
#define HSTU_BLOCK_ROWS 16

/* Columns whose products one instruction sums. */
#define HSTU_COLUMN_GROUP 4

/* Most queries of a call. */
#define HSTU_MAX_QUERIES 64

HSTU_EXPORT int32_t hstu_cpu_interface(void);

/* 1 where this processor and operating system run AVX-512 F, BW, VL and VNNI, and FMA. */
HSTU_EXPORT int32_t hstu_cpu_has_vnni(void);

/*
 * Sweeps rows of int8 codes with several queries and gives out the rows whose integer product
 * reaches the query's floor, in ascending order, with the product.
 *
 * codes          int8 [ceil(rows/16)][groups][16][4], within -127..127: blocks of 16 rows, each by
 *                groups of 4 columns; whatever fills up the last block is not given out
 * next_codes     where a later sweep of about as many rows will read, fetched meanwhile; may be null
 * queries        int8 [query_count][4 * groups], within -127..127
 * query_count    1..HSTU_MAX_QUERIES
 * floors         int32 [query_count], or [query_count][capacity / 16] if floors_per_block
 * found_rows     int32 [query_count][capacity]: rows given out, from 0
 * found_products int32 [query_count][capacity]
 * found_counts   int32 [query_count]
 * capacity       at least rows, a multiple of 16
 */
HSTU_EXPORT void hstu_sweep_int8(
    const int8_t *codes,
    const int8_t *next_codes,
    int32_t rows,
    int32_t groups,
    const int8_t *queries,
    int32_t query_count,
    const int32_t *floors,
    int32_t floors_per_block,
    int32_t *found_rows,
    int32_t *found_products,
    int32_t *found_counts,
    int64_t capacity);

/*
 * Float32 products of a query with rows picked from a matrix, which are fetched ahead. The order of
 * additions is that of InnerProducts.java with 16 lanes, so the results are the same to the bit.
 *
 * vectors  float32 [][dimension]
 * rows     int32 [count], within the matrix
 * query    float32 [dimension]
 * products float32 [count]
 */
HSTU_EXPORT void hstu_products_of_rows(
    const float *vectors,
    int32_t dimension,
    const int32_t *rows,
    int32_t count,
    const float *query,
    float *products);

/*
 * Keys: a score and a row in one int64 that orders as they do. In the upper half the score's bits,
 * those of the magnitude inverted where it is negative; in the lower the complement of the row, so
 * that of equal scores the lower row has the greater key.
 */

/*
 * Moves the `keep` greatest of some distinct keys to the front, in the order they were in.
 *
 * keys    int64 [count]
 * keep    1..count
 * scratch int64 [count]
 * returns the least of them
 */
HSTU_EXPORT int64_t
hstu_select_greatest(int64_t *keys, int32_t count, int32_t keep, int64_t *scratch);

/*
 * Sweeps partitions of int8 codes, and lists of further rows, each for the queries that ask for it,
 * and appends to what each query keeps the keys of the rows whose score reaches its floor: the
 * score is that of the centroid plus, in float32 by one rounding, scale * step * integer product.
 *
 * codes        int8 blocks, as for hstu_sweep_int8; each partition begins with a block of its own
 * starts       int32 [partition_count + 1]: the first row of each
 * block_starts int32 [partition_count + 1]: the first block of each
 * scales       float32 [partition_count]
 * list_codes   int64 []: the address of each list's blocks
 * list_rows    int64 []: the address of the rows' numbers, int32 [its list_counts]
 * list_counts  int32 []
 * list_scales  float32 []
 * partitions   int32 [visit_count]: the partition of each visit, or partition_count + the number of
 *              a list; visits of one that follow each other share its loads
 * asking       int32 [visit_count]: the query of each; no two of one partition, one after another,
 *              are of the same
 * bases        float32 [visit_count]: the product of query and centroid
 * visit, block where to begin: those returned, to go on
 * most_visits  after so many, or a few more, the call returns
 * queries      int8 [][4 * groups]
 * steps        float32 []: of the queries' codes
 * floors       float32 []
 * kept         int64 [][room + 16]
 * counts       int32 []: how many are kept, at most `room`
 * room         at least 128
 * returns      (visit << 32) + block: where it stopped. Before the end it did so because a query of
 *              that visit's partition has no room for 128 more, or after `most_visits`
 */
HSTU_EXPORT int64_t hstu_sweep_partitions(
    const int8_t *codes,
    int32_t groups,
    int32_t partition_count,
    const int32_t *starts,
    const int32_t *block_starts,
    const float *scales,
    const int64_t *list_codes,
    const int64_t *list_rows,
    const int32_t *list_counts,
    const float *list_scales,
    const int32_t *partitions,
    const int32_t *asking,
    const float *bases,
    int32_t visit_count,
    int32_t visit,
    int32_t block,
    int32_t most_visits,
    const int8_t *queries,
    const float *steps,
    const float *floors,
    int64_t *kept,
    int32_t *counts,
    int32_t room);

/*
 * Keeps for each query the keys of the rows that promise it most: by float32
 * weight * spread + product * (row step * query step), the last sum by one rounding.
 *
 * codes     int8 blocks of the rows
 * row_steps float32 [ceil(rows/16)]: of each block's codes
 * spreads   float32 [rows]
 * queries   int8 [query_count][4 * groups]
 * steps     float32 [query_count]: of the queries' codes
 * weights   float32 [query_count]
 * wanted    int32 [query_count], at least 1
 * kept      int64 [query_count][room + 16]: the wanted ones, in no order
 * counts    int32 [query_count]: how many, less than wanted where there are no more
 * room      at least 128 more than any is wanted
 * scratch   int64 [room]
 */
HSTU_EXPORT void hstu_rank_rows(
    const int8_t *codes,
    int32_t rows,
    int32_t groups,
    const float *row_steps,
    const float *spreads,
    const int8_t *queries,
    const float *steps,
    const float *weights,
    const int32_t *wanted,
    int32_t query_count,
    int64_t *kept,
    int32_t *counts,
    int32_t room,
    int64_t *scratch);

#endif
