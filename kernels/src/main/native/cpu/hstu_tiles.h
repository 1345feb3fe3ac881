/* What the sweeps of int8 codes share: products of blocks of rows with some queries. */
#ifndef HSTU_TILES_H
#define HSTU_TILES_H

#include "hstu_cpu.h"

#include <immintrin.h>
#include <stddef.h>

/* Only these functions use AVX-512, so the library loads on any x86-64. */
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,fma,popcnt")))
#define INLINE static inline __attribute__((always_inline))

#define GROUP_BYTES (HSTU_BLOCK_ROWS * HSTU_COLUMN_GROUP)
#define LINE_BYTES 64

/* Most queries of a tile, and most sums: the registers that are left beside its rows. */
#define TILE_QUERIES 8
#define TILE_SUMS 16

/* Blocks swept by all queries before the next ones: at 64 columns 8 KiB, which stay in L1. */
#define STRIP_BLOCKS 8

/* -128 * the sum of a query's codes: what taking rows as unsigned adds, taken back. */
INLINE int32_t offset_of(const int8_t *query, int32_t groups) {
  int32_t sum = 0;
  for (int32_t i = 0; i < groups * HSTU_COLUMN_GROUP; i++) {
    sum += query[i];
  }
  return -128 * sum;
}

/* The rows of a block that there are. */
INLINE __mmask16 rows_of_block(int32_t block, int32_t rows) {
  const int32_t left = rows - block * HSTU_BLOCK_ROWS;
  return left >= HSTU_BLOCK_ROWS ? 0xffff : (__mmask16)((1u << left) - 1);
}

/*
 * sums[q * BLOCKS + b]: the products of the rows of block b with query q. Both numbers are known to
 * the compiler, so that the sums are registers. Where `ahead` isn't NULL as many bytes from there on
 * are fetched meanwhile.
 */
INLINE VNNI void multiply(
    const int8_t *codes,
    const int8_t *ahead,
    int32_t groups,
    const int8_t *const *queries,
    const int32_t *offsets,
    __m512i *sums,
    const int BLOCKS,
    const int QUERIES) {
  const ptrdiff_t block_bytes = (ptrdiff_t)groups * GROUP_BYTES;
#pragma GCC unroll 16
  for (int q = 0; q < QUERIES; q++) {
    const __m512i offset = _mm512_set1_epi32(offsets[q]);
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      sums[q * BLOCKS + b] = offset;
    }
  }
  const __m512i sign = _mm512_set1_epi8((char)0x80);
  for (int32_t g = 0; g < groups; g++) {
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS && ahead != NULL; b++) {
      _mm_prefetch((const char *)ahead + (g * BLOCKS + b) * GROUP_BYTES, _MM_HINT_T0);
    }
    /* One operand of the instruction is unsigned: code + 128, taken back by the offset. */
    __m512i rows[8];
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      rows[b] = _mm512_xor_si512(
          _mm512_loadu_si512(codes + b * block_bytes + (ptrdiff_t)g * GROUP_BYTES), sign);
    }
#pragma GCC unroll 16
    for (int q = 0; q < QUERIES; q++) {
      int32_t four;
      __builtin_memcpy(&four, queries[q] + (ptrdiff_t)g * HSTU_COLUMN_GROUP, sizeof four);
      const __m512i columns = _mm512_set1_epi32(four);
#pragma GCC unroll 16
      for (int b = 0; b < BLOCKS; b++) {
        sums[q * BLOCKS + b] = _mm512_dpbusd_epi32(sums[q * BLOCKS + b], rows[b], columns);
      }
    }
  }
}

INLINE void fetch(const char *from, const char *to) {
  for (; from < to; from += LINE_BYTES) {
    _mm_prefetch(from, _MM_HINT_T0);
  }
}

#endif
