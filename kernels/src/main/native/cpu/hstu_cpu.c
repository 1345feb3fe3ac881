#include "hstu_cpu.h"

#include <immintrin.h>
#include <stddef.h>

/* Only these functions use AVX-512, so the library loads on any x86-64. */
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,fma,popcnt")))
#define INLINE static inline __attribute__((always_inline))

#define GROUP_BYTES (HSTU_BLOCK_ROWS * HSTU_COLUMN_GROUP)
#define LINE_BYTES 64

/* Rows fetched ahead: as many reads as a core keeps under way. */
#define ROWS_AHEAD 8

#define FLOAT_LANES 16

/* Blocks swept by all queries before the next ones: at 64 columns 8 KiB, which stay in L1. */
#define STRIP_BLOCKS 8

typedef struct {
  const int8_t *codes;
  const int8_t *next_codes;
  ptrdiff_t block_bytes;
  int32_t rows;
  int32_t groups;
  const int8_t *queries;
  int32_t query_count;
  const int32_t *floors;
  ptrdiff_t floor_block_stride;
  ptrdiff_t floor_query_stride;
  int32_t *found_rows;
  int32_t *found_products;
  int32_t *found_counts;
  ptrdiff_t capacity;
  int32_t offsets[HSTU_MAX_QUERIES]; /* -128 * sum of the query's codes */
} sweep;

int32_t hstu_cpu_interface(void) { return HSTU_CPU_INTERFACE; }

int32_t hstu_cpu_has_vnni(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") &&
         __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt");
}

INLINE VNNI void give_out(sweep *s, int32_t block, int32_t query, __m512i products) {
  const int32_t first = block * HSTU_BLOCK_ROWS;
  const int32_t left = s->rows - first;
  const __mmask16 valid = left >= HSTU_BLOCK_ROWS ? 0xffff : (__mmask16)((1u << left) - 1);
  const __m512i floor = _mm512_set1_epi32(
      s->floors[query * s->floor_query_stride + block * s->floor_block_stride]);
  const __mmask16 reach = _mm512_mask_cmpge_epi32_mask(valid, products, floor);
  if (__builtin_expect(reach != 0, 0)) {
    const __m512i lanes =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i numbers = _mm512_add_epi32(lanes, _mm512_set1_epi32(first));
    const int32_t count = s->found_counts[query];
    const ptrdiff_t at = query * s->capacity + count;
    /* Compressed in a register: compressing to memory is microcoded on Zen 4 and 5. The lanes
       behind are written over by what follows, and never pass the capacity. */
    _mm512_storeu_si512(s->found_rows + at, _mm512_maskz_compress_epi32(reach, numbers));
    _mm512_storeu_si512(s->found_products + at, _mm512_maskz_compress_epi32(reach, products));
    s->found_counts[query] = count + _mm_popcnt_u32(reach);
  }
}

/* BLOCKS blocks with QUERIES queries, both known to the compiler, so that the sums are registers. */
INLINE VNNI void tile(
    sweep *s, const int32_t block, const int32_t query, const int BLOCKS, const int QUERIES) {
  __m512i sums[16];
#pragma GCC unroll 16
  for (int q = 0; q < QUERIES; q++) {
    const __m512i offset = _mm512_set1_epi32(s->offsets[query + q]);
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      sums[q * BLOCKS + b] = offset;
    }
  }
  const __m512i sign = _mm512_set1_epi8((char)0x80);
  const int8_t *codes = s->codes + block * s->block_bytes;
  const ptrdiff_t query_bytes = (ptrdiff_t)s->groups * HSTU_COLUMN_GROUP;
  const int8_t *queries = s->queries + query * query_bytes;
  for (int32_t g = 0; g < s->groups; g++) {
    /* One operand of the instruction is unsigned: code + 128, taken back by the offset. */
    __m512i rows[8];
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      rows[b] = _mm512_xor_si512(
          _mm512_loadu_si512(codes + b * s->block_bytes + (ptrdiff_t)g * GROUP_BYTES), sign);
    }
#pragma GCC unroll 16
    for (int q = 0; q < QUERIES; q++) {
      int32_t four;
      __builtin_memcpy(&four, queries + q * query_bytes + g * HSTU_COLUMN_GROUP, sizeof four);
      const __m512i columns = _mm512_set1_epi32(four);
#pragma GCC unroll 16
      for (int b = 0; b < BLOCKS; b++) {
        sums[q * BLOCKS + b] = _mm512_dpbusd_epi32(sums[q * BLOCKS + b], rows[b], columns);
      }
    }
  }
#pragma GCC unroll 16
  for (int q = 0; q < QUERIES; q++) {
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      give_out(s, block + b, query + q, sums[q * BLOCKS + b]);
    }
  }
}

#define TILES(BLOCKS, QUERIES)                              \
  for (; block + (BLOCKS) <= end; block += (BLOCKS)) {      \
    tile(s, block, query, (BLOCKS), (QUERIES));             \
  }

/* The tiles keep about 16 sums, which hides the latency of the products. */
static VNNI void strip_by_8(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(2, 8)
  TILES(1, 8)
}

static VNNI void strip_by_4(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(4, 4)
  TILES(1, 4)
}

static VNNI void strip_by_2(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(8, 2)
  TILES(4, 2)
  TILES(1, 2)
}

static VNNI void strip_by_1(sweep *s, int32_t block, int32_t end, int32_t query) {
  TILES(8, 1)
  TILES(4, 1)
  TILES(1, 1)
}

INLINE void fetch_next(const sweep *s, int32_t block, int32_t end) {
  if (s->next_codes != NULL) {
    const int8_t *from = s->next_codes + block * s->block_bytes;
    const int8_t *to = s->next_codes + end * s->block_bytes;
    for (; from < to; from += LINE_BYTES) {
      _mm_prefetch((const char *)from, _MM_HINT_T0);
    }
  }
}

static VNNI int32_t offset_of(const int8_t *query, int32_t groups) {
  int32_t sum = 0;
  for (int32_t i = 0; i < groups * HSTU_COLUMN_GROUP; i++) {
    sum += query[i];
  }
  return -128 * sum;
}

VNNI void hstu_sweep_int8(
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
    int64_t capacity) {
  sweep s = {
      .codes = codes,
      .next_codes = next_codes,
      .block_bytes = (ptrdiff_t)groups * GROUP_BYTES,
      .rows = rows,
      .groups = groups,
      .queries = queries,
      .query_count = query_count,
      .floors = floors,
      .floor_block_stride = floors_per_block ? 1 : 0,
      .floor_query_stride = floors_per_block ? (ptrdiff_t)capacity / HSTU_BLOCK_ROWS : 1,
      .found_rows = found_rows,
      .found_products = found_products,
      .found_counts = found_counts,
      .capacity = (ptrdiff_t)capacity,
  };
  for (int32_t q = 0; q < query_count; q++) {
    found_counts[q] = 0;
    s.offsets[q] = offset_of(queries + (ptrdiff_t)q * groups * HSTU_COLUMN_GROUP, groups);
  }
  const int32_t blocks = (rows + HSTU_BLOCK_ROWS - 1) / HSTU_BLOCK_ROWS;
  for (int32_t block = 0; block < blocks; block += STRIP_BLOCKS) {
    const int32_t end = block + STRIP_BLOCKS < blocks ? block + STRIP_BLOCKS : blocks;
    fetch_next(&s, block, end);
    int32_t query = 0;
    for (; query + 8 <= query_count; query += 8) {
      strip_by_8(&s, block, end, query);
    }
    for (; query + 4 <= query_count; query += 4) {
      strip_by_4(&s, block, end, query);
    }
    for (; query + 2 <= query_count; query += 2) {
      strip_by_2(&s, block, end, query);
    }
    for (; query < query_count; query++) {
      strip_by_1(&s, block, end, query);
    }
  }
}

INLINE void fetch_row(const float *row, int32_t dimension) {
  const char *from = (const char *)row;
  const char *to = (const char *)(row + dimension);
  for (; from < to; from += LINE_BYTES) {
    _mm_prefetch(from, _MM_HINT_T0);
  }
  _mm_prefetch(to - 1, _MM_HINT_T0);
}

/* The lanes in halves, in the order in which InnerProducts.java folds them. */
INLINE VNNI float fold(__m512 lanes) {
  const __m256 upper = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(lanes), 1));
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(lanes), upper);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

VNNI void hstu_products_of_rows(
    const float *vectors,
    int32_t dimension,
    const int32_t *rows,
    int32_t count,
    const float *query,
    float *products) {
  const int32_t whole = dimension / FLOAT_LANES * FLOAT_LANES;
  for (int32_t i = 0; i < count && i < ROWS_AHEAD; i++) {
    fetch_row(vectors + (ptrdiff_t)rows[i] * dimension, dimension);
  }
  for (int32_t i = 0; i < count; i++) {
    if (i + ROWS_AHEAD < count) {
      fetch_row(vectors + (ptrdiff_t)rows[i + ROWS_AHEAD] * dimension, dimension);
    }
    const float *row = vectors + (ptrdiff_t)rows[i] * dimension;
    __m512 lanes = _mm512_setzero_ps();
    for (int32_t c = 0; c < whole; c += FLOAT_LANES) {
      lanes = _mm512_fmadd_ps(_mm512_loadu_ps(query + c), _mm512_loadu_ps(row + c), lanes);
    }
    float product = fold(lanes);
    for (int32_t c = whole; c < dimension; c++) {
      product = __builtin_fmaf(query[c], row[c], product);
    }
    products[i] = product;
  }
}
