#include "hstu_tiles.h"

/*
 * A key is a score and a row in one number that orders as they do: in the upper half the score's
 * bits, turned so that they order as integers; in the lower the complement of the row, so that of
 * equal scores the lower row is the greater. As in BestRows.java.
 */

#define KEY_LANES 8

/* What the sweeps below need to know of a tile's queries. */
typedef struct {
  const int8_t *codes[TILE_QUERIES];
  int32_t offsets[TILE_QUERIES];
  float steps[TILE_QUERIES];
  float bases[TILE_QUERIES];
  float floors[TILE_QUERIES];
  int64_t *kept[TILE_QUERIES];
  int32_t counts[TILE_QUERIES];
} tile_queries;

INLINE VNNI __m512i keys_of(__m256i ordered, __m256i rows) {
  return _mm512_or_si512(
      _mm512_slli_epi64(_mm512_cvtepu32_epi64(ordered), 32), _mm512_cvtepu32_epi64(rows));
}

INLINE VNNI __m512i rows_from(int32_t first) {
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return _mm512_add_epi32(lanes, _mm512_set1_epi32(first));
}

/* Appends the keys of some of 16 rows; writes up to 16 keys behind the last. */
INLINE VNNI void keep(tile_queries *t, int q, __m512 scores, __mmask16 which, __m512i rows) {
  /* Adding 0 turns -0 into +0: they are equal scores. */
  const __m512i bits = _mm512_castps_si512(_mm512_add_ps(scores, _mm512_setzero_ps()));
  const __m512i flipped = _mm512_and_si512(
      _mm512_srai_epi32(bits, 31), _mm512_set1_epi32(0x7fffffff));
  const __m512i ordered = _mm512_maskz_compress_epi32(which, _mm512_xor_si512(bits, flipped));
  const __m512i complement =
      _mm512_maskz_compress_epi32(which, _mm512_xor_si512(rows, _mm512_set1_epi32(-1)));
  int64_t *to = t->kept[q] + t->counts[q];
  _mm512_storeu_si512(
      to, keys_of(_mm512_castsi512_si256(ordered), _mm512_castsi512_si256(complement)));
  _mm512_storeu_si512(
      to + KEY_LANES,
      keys_of(_mm512_extracti64x4_epi64(ordered, 1), _mm512_extracti64x4_epi64(complement, 1)));
  t->counts[q] += (int32_t)_mm_popcnt_u32(which);
}

INLINE float score_of(int64_t key) {
  const int32_t ordered = (int32_t)(key >> 32);
  const int32_t bits = ordered ^ ((ordered >> 31) & 0x7fffffff);
  float score;
  __builtin_memcpy(&score, &bits, sizeof score);
  return score;
}

INLINE int64_t median(int64_t a, int64_t b, int64_t c) {
  const int64_t low = a < b ? a : b;
  const int64_t high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

INLINE __mmask8 key_lanes(int32_t i, int32_t count) {
  return count - i >= KEY_LANES ? 0xff : (__mmask8)((1u << (count - i)) - 1);
}

INLINE VNNI int32_t count_above(const int64_t *keys, int32_t count, int64_t pivot) {
  const __m512i pivots = _mm512_set1_epi64(pivot);
  int32_t above = 0;
  for (int32_t i = 0; i < count; i += KEY_LANES) {
    const __mmask8 lanes = key_lanes(i, count);
    const __m512i some = _mm512_maskz_loadu_epi64(lanes, keys + i);
    above += (int32_t)_mm_popcnt_u32(_mm512_mask_cmpgt_epi64_mask(lanes, some, pivots));
  }
  return above;
}

/* Moves the keys above (or below) the pivot to `to`, which may be `keys`: it never gets ahead. */
INLINE VNNI int32_t
move(const int64_t *keys, int32_t count, int64_t pivot, const int above, int64_t *to) {
  const __m512i pivots = _mm512_set1_epi64(pivot);
  int32_t moved = 0;
  for (int32_t i = 0; i < count; i += KEY_LANES) {
    const __mmask8 lanes = key_lanes(i, count);
    const __m512i some = _mm512_maskz_loadu_epi64(lanes, keys + i);
    const __mmask8 which = above ? _mm512_mask_cmpgt_epi64_mask(lanes, some, pivots)
                                 : _mm512_mask_cmplt_epi64_mask(lanes, some, pivots);
    const __mmask8 first = (__mmask8)((1u << _mm_popcnt_u32(which)) - 1);
    _mm512_mask_storeu_epi64(to + moved, first, _mm512_maskz_compress_epi64(which, some));
    moved += (int32_t)_mm_popcnt_u32(which);
  }
  return moved;
}

/* Quickselect (Hoare), which only follows the side that the wanted key is on. */
static VNNI int64_t greatest(const int64_t *keys, int32_t count, int32_t rank, int64_t *scratch) {
  const int64_t *left = keys;
  while (1) {
    const int64_t pivot = median(left[count / 4], left[count / 2], left[count - 1 - count / 4]);
    const int32_t above = count_above(left, count, pivot);
    if (above + 1 == rank) {
      return pivot;
    }
    if (above >= rank) {
      count = move(left, count, pivot, 1, scratch);
    } else {
      count = move(left, count, pivot, 0, scratch);
      rank -= above + 1;
    }
    left = scratch;
  }
}

VNNI int64_t hstu_select_greatest(int64_t *keys, int32_t count, int32_t keep, int64_t *scratch) {
  const int64_t least = greatest(keys, count, keep, scratch);
  /* The least is wanted too; no key is INT64_MIN, whose score would be no number. */
  move(keys, count, least - 1, 1, keys);
  return least;
}

/* ---- partitions ---- */

/* Partitions, and behind them by number their lists. */
typedef struct {
  const int8_t *codes;
  int32_t groups;
  ptrdiff_t block_bytes;
  int32_t partition_count;
  const int32_t *starts;
  const int32_t *block_starts;
  const float *scales;
  const int64_t *list_codes;
  const int64_t *list_rows;
  const int32_t *list_counts;
  const float *list_scales;
  const int32_t *partitions;
  int32_t visit_count;
  int32_t room;
} partition_sweep;

/* The blocks of one visit. */
typedef struct {
  const int8_t *codes;
  int32_t rows;
  int32_t blocks;
  int32_t first;
  /* NULL where rows count up from the first. */
  const int32_t *listed;
  float scale;
} code_run;

INLINE code_run run_of(const partition_sweep *s, int32_t partition) {
  code_run r;
  if (partition < s->partition_count) {
    r.codes = s->codes + s->block_starts[partition] * s->block_bytes;
    r.rows = s->starts[partition + 1] - s->starts[partition];
    r.first = s->starts[partition];
    r.listed = NULL;
    r.scale = s->scales[partition];
  } else {
    const int32_t list = partition - s->partition_count;
    r.codes = (const int8_t *)(intptr_t)s->list_codes[list];
    r.rows = s->list_counts[list];
    r.first = 0;
    r.listed = (const int32_t *)(intptr_t)s->list_rows[list];
    r.scale = s->list_scales[list];
  }
  r.blocks = (r.rows + HSTU_BLOCK_ROWS - 1) / HSTU_BLOCK_ROWS;
  return r;
}

/* The numbers of some rows of a block; of the others nothing is read. */
INLINE VNNI __m512i numbers_of(const code_run *r, int32_t block, __mmask16 which) {
  return r->listed == NULL
      ? rows_from(r->first + block * HSTU_BLOCK_ROWS)
      : _mm512_maskz_loadu_epi32(which, r->listed + block * HSTU_BLOCK_ROWS);
}

/*
 * What is fetched while blocks are swept: the same ones of the visit after this one, whose codes so
 * arrive line by line between the products and in the order in which they will be read. Where that
 * one is shorter, what is in the cache already; or a block or two behind its end, which does no harm.
 */
INLINE const int8_t *ahead_of(
    const partition_sweep *s, const code_run *r, const code_run *next, int32_t block) {
  return (block < next->blocks ? next->codes : r->codes) + block * s->block_bytes;
}

INLINE void fetch_numbers(const code_run *next, int32_t block) {
  const int32_t last = block + STRIP_BLOCKS < next->blocks ? block + STRIP_BLOCKS : next->blocks;
  if (next->listed != NULL) {
    fetch(
        (const char *)(next->listed + block * HSTU_BLOCK_ROWS),
        (const char *)(next->listed + last * HSTU_BLOCK_ROWS));
  }
}

/* By how much the visit after this one is longer. */
INLINE void fetch_rest(const partition_sweep *s, const code_run *r, const code_run *next) {
  if (next->blocks > r->blocks) {
    fetch(
        (const char *)next->codes + r->blocks * s->block_bytes,
        (const char *)next->codes + next->blocks * s->block_bytes);
  }
}

INLINE VNNI void keep_tile(
    const partition_sweep *s,
    const code_run *r,
    const code_run *next,
    tile_queries *t,
    int32_t block,
    const int BLOCKS,
    const int QUERIES) {
  __m512i sums[TILE_SUMS];
  const int8_t *codes = r->codes + block * s->block_bytes;
  multiply(
      codes, ahead_of(s, r, next, block), s->groups, t->codes, t->offsets, sums, BLOCKS, QUERIES);
#pragma GCC unroll 16
  for (int q = 0; q < QUERIES; q++) {
    const __m512 step = _mm512_set1_ps(t->steps[q]);
    const __m512 base = _mm512_set1_ps(t->bases[q]);
    const __m512 floor = _mm512_set1_ps(t->floors[q]);
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      const __m512 scores =
          _mm512_fmadd_ps(step, _mm512_cvtepi32_ps(sums[q * BLOCKS + b]), base);
      const __mmask16 which = _mm512_mask_cmp_ps_mask(
          rows_of_block(block + b, r->rows), scores, floor, _CMP_GE_OQ);
      if (which != 0) {
        keep(t, q, scores, which, numbers_of(r, block + b, which));
      }
    }
  }
}

/* Sweeps a visit from a block on; returns the block before which a query lacks room, or -1. */
#define SWEEP_PARTITION(QUERIES, BLOCKS)                                                     \
  static VNNI int32_t sweep_by_##QUERIES(                                                    \
      const partition_sweep *s, const code_run *r, const code_run *next, tile_queries *t,    \
      int32_t block) {                                                                       \
    while (block < r->blocks) {                                                              \
      for (int q = 0; q < (QUERIES); q++) {                                                  \
        if (t->counts[q] + STRIP_BLOCKS * HSTU_BLOCK_ROWS > s->room) {                       \
          return block;                                                                      \
        }                                                                                    \
      }                                                                                      \
      fetch_numbers(next, block);                                                            \
      const int32_t end =                                                                    \
          block + STRIP_BLOCKS < r->blocks ? block + STRIP_BLOCKS : r->blocks;               \
      for (; block + (BLOCKS) <= end; block += (BLOCKS)) {                                   \
        keep_tile(s, r, next, t, block, (BLOCKS), (QUERIES));                                \
      }                                                                                      \
      for (; block < end; block++) {                                                         \
        keep_tile(s, r, next, t, block, 1, (QUERIES));                                       \
      }                                                                                      \
    }                                                                                        \
    fetch_rest(s, r, next);                                                                  \
    return -1;                                                                               \
  }

/*
 * Few queries take blocks one by one, as they follow each other in memory: the next blocks' products
 * overlap anyhow, and rows of several blocks in turn come a tenth slower from memory (measured).
 */
SWEEP_PARTITION(8, 2)
SWEEP_PARTITION(4, 4)
SWEEP_PARTITION(2, 1)
SWEEP_PARTITION(1, 1)

/* How many of so many queries share a tile. */
INLINE int32_t tile_width(int32_t queries) {
  return queries >= 8 ? 8 : queries >= 4 ? 4 : queries >= 2 ? 2 : 1;
}

INLINE int32_t visits_of_same(const partition_sweep *s, int32_t visit) {
  int32_t end = visit + 1;
  while (end < s->visit_count && end < visit + TILE_QUERIES &&
         s->partitions[end] == s->partitions[visit]) {
    end++;
  }
  return end - visit;
}

VNNI int64_t hstu_sweep_partitions(
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
    int32_t room) {
  const partition_sweep s = {
      .codes = codes,
      .groups = groups,
      .block_bytes = (ptrdiff_t)groups * GROUP_BYTES,
      .partition_count = partition_count,
      .starts = starts,
      .block_starts = block_starts,
      .scales = scales,
      .list_codes = list_codes,
      .list_rows = list_rows,
      .list_counts = list_counts,
      .list_scales = list_scales,
      .partitions = partitions,
      .visit_count = visit_count,
      .room = room,
  };
  const ptrdiff_t stride = (ptrdiff_t)room + HSTU_BLOCK_ROWS;
  const ptrdiff_t query_bytes = (ptrdiff_t)groups * HSTU_COLUMN_GROUP;
  const int32_t end = visit + most_visits < visit_count ? visit + most_visits : visit_count;
  while (visit < end) {
    const code_run run = run_of(&s, partitions[visit]);
    const int32_t same = visits_of_same(&s, visit);
    const int32_t width = tile_width(same);
    tile_queries t;
    for (int32_t i = 0; i < width; i++) {
      const int32_t query = asking[visit + i];
      t.codes[i] = queries + query * query_bytes;
      t.offsets[i] = offset_of(t.codes[i], groups);
      t.steps[i] = run.scale * steps[query];
      t.bases[i] = bases[visit + i];
      t.floors[i] = floors[query];
      t.kept[i] = kept + query * stride;
      t.counts[i] = counts[query];
    }
    /* While a partition stays for further queries, nothing else is to come in its place. */
    const code_run next =
        visit + width < visit_count && same == width ? run_of(&s, partitions[visit + width]) : run;
    switch (width) {
      case 8:
        block = sweep_by_8(&s, &run, &next, &t, block);
        break;
      case 4:
        block = sweep_by_4(&s, &run, &next, &t, block);
        break;
      case 2:
        block = sweep_by_2(&s, &run, &next, &t, block);
        break;
      default:
        block = sweep_by_1(&s, &run, &next, &t, block);
    }
    for (int32_t i = 0; i < width; i++) {
      counts[asking[visit + i]] = t.counts[i];
    }
    if (block >= 0) {
      return (int64_t)visit << 32 | block;
    }
    block = 0;
    visit += width;
  }
  return (int64_t)visit << 32;
}

/* ---- ranking ---- */

typedef struct {
  const int8_t *codes;
  int32_t rows;
  int32_t groups;
  const float *row_steps;
  const float *spreads;
  float weights[TILE_QUERIES];
  int32_t wanted[TILE_QUERIES];
  int32_t room;
  int64_t *scratch;
} ranking;

INLINE VNNI void rank_tile(
    const ranking *r, tile_queries *t, int32_t block, const int BLOCKS, const int QUERIES) {
  __m512i sums[TILE_SUMS];
  const int8_t *codes = r->codes + (ptrdiff_t)block * r->groups * GROUP_BYTES;
  multiply(codes, NULL, r->groups, t->codes, t->offsets, sums, BLOCKS, QUERIES);
#pragma GCC unroll 16
  for (int b = 0; b < BLOCKS; b++) {
    const __mmask16 valid = rows_of_block(block + b, r->rows);
    const int32_t first = (block + b) * HSTU_BLOCK_ROWS;
    const __m512 spreads = _mm512_maskz_loadu_ps(valid, r->spreads + first);
#pragma GCC unroll 16
    for (int q = 0; q < QUERIES; q++) {
      const __m512 step = _mm512_set1_ps(r->row_steps[block + b] * t->steps[q]);
      const __m512 products = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[q * BLOCKS + b]), step);
      const __m512 promise =
          _mm512_fmadd_ps(_mm512_set1_ps(r->weights[q]), spreads, products);
      const __mmask16 which =
          _mm512_mask_cmp_ps_mask(valid, promise, _mm512_set1_ps(t->floors[q]), _CMP_GE_OQ);
      if (__builtin_expect(which != 0, 0)) {
        keep(t, q, promise, which, rows_from(first));
      }
    }
  }
}

INLINE VNNI void select_wanted(const ranking *r, tile_queries *t, int q) {
  if (t->counts[q] > r->wanted[q]) {
    const int64_t least =
        hstu_select_greatest(t->kept[q], t->counts[q], r->wanted[q], r->scratch);
    t->counts[q] = r->wanted[q];
    t->floors[q] = score_of(least);
  }
}

#define RANK(QUERIES, BLOCKS)                                                            \
  static VNNI void rank_by_##QUERIES(const ranking *r, tile_queries *t) {                \
    const int32_t blocks = (r->rows + HSTU_BLOCK_ROWS - 1) / HSTU_BLOCK_ROWS;            \
    for (int32_t block = 0; block < blocks;) {                                           \
      const int32_t end = block + STRIP_BLOCKS < blocks ? block + STRIP_BLOCKS : blocks; \
      for (; block + (BLOCKS) <= end; block += (BLOCKS)) {                               \
        rank_tile(r, t, block, (BLOCKS), (QUERIES));                                     \
      }                                                                                  \
      for (; block < end; block++) {                                                     \
        rank_tile(r, t, block, 1, (QUERIES));                                            \
      }                                                                                  \
      for (int q = 0; q < (QUERIES); q++) {                                              \
        if (t->counts[q] + STRIP_BLOCKS * HSTU_BLOCK_ROWS > r->room) {                   \
          select_wanted(r, t, q);                                                        \
        }                                                                                \
      }                                                                                  \
    }                                                                                    \
    for (int q = 0; q < (QUERIES); q++) {                                                \
      select_wanted(r, t, q);                                                            \
    }                                                                                    \
  }

RANK(8, 2)
RANK(4, 4)
RANK(2, 8)
RANK(1, 8)

VNNI void hstu_rank_rows(
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
    int64_t *scratch) {
  const ptrdiff_t stride = (ptrdiff_t)room + HSTU_BLOCK_ROWS;
  for (int32_t query = 0; query < query_count;) {
    const int32_t width = tile_width(query_count - query);
    ranking r = {
        .codes = codes,
        .rows = rows,
        .groups = groups,
        .row_steps = row_steps,
        .spreads = spreads,
        .room = room,
        .scratch = scratch,
    };
    tile_queries t;
    for (int32_t i = 0; i < width; i++) {
      t.codes[i] = queries + (ptrdiff_t)(query + i) * groups * HSTU_COLUMN_GROUP;
      t.offsets[i] = offset_of(t.codes[i], groups);
      t.steps[i] = steps[query + i];
      t.floors[i] = -__builtin_inff();
      t.kept[i] = kept + (query + i) * stride;
      t.counts[i] = 0;
      r.weights[i] = weights[query + i];
      r.wanted[i] = wanted[query + i];
    }
    switch (width) {
      case 8:
        rank_by_8(&r, &t);
        break;
      case 4:
        rank_by_4(&r, &t);
        break;
      case 2:
        rank_by_2(&r, &t);
        break;
      default:
        rank_by_1(&r, &t);
    }
    for (int32_t i = 0; i < width; i++) {
      counts[query + i] = t.counts[i];
    }
    query += width;
  }
}
