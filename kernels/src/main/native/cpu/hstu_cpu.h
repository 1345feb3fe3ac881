/*
 * CPU kernels of HSTU Retrieval, called through java.lang.foreign by dev.hstu.kernels.cpu.
 * The caller checks every argument; nothing here allocates, keeps state or reads the clock.
 */
#ifndef HSTU_CPU_H
#define HSTU_CPU_H

#include <stdint.h>

#define HSTU_EXPORT __attribute__((visibility("default")))

/* Changes with any signature below; Java refuses another one. */
#define HSTU_CPU_INTERFACE 2

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

#endif
