package dev.hstu.retrieval.titles;

import dev.hstu.index.catalog.Catalog;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// The words of a catalogue's titles, each with the items that have it. Items are numbered by
/// popularity, the most popular first, so that what is found first is what is shown first; where
/// memory ends, the least popular are left out. Immutable, for any number of threads.
final class TitleIndex {

  /// Of a distinct word while the index is made: text, hash entry and number.
  private static final long WORD_BYTES = 120;

  /// Of a word in a title: its place in the index, and two more numbers while that is made.
  private static final long OCCURRENCE_BYTES = 12;

  /// Of an item: its row, and twice a sort key while they are ordered.
  private static final long ITEM_BYTES = 20;

  /// int[items], rows of the catalogue by falling popularity.
  private final int[] rows;

  /// The distinct words in the order of their UTF-16 units.
  private final String[] words;

  /// int[words + 1] into `places`.
  private final int[] starts;

  /// The items of each word, as places in `rows`, ascending.
  private final int[] places;

  private final int titled;

  private TitleIndex(int[] rows, String[] words, int[] starts, int[] places, int titled) {
    this.rows = rows;
    this.words = words;
    this.starts = starts;
    this.places = places;
    this.titled = titled;
  }

  /// Indexes a column.
  ///
  /// @param column of texts; null where the items have no titles
  /// @param maxBytes of heap, while it is made
  static TitleIndex of(Catalog catalog, @Nullable String column, long maxBytes) {
    int most = (int) Math.min(catalog.size(), maxBytes / (2 * ITEM_BYTES));
    int[] rows = byPopularity(catalog.popularity(), most);
    Builder builder = new Builder();
    int place = 0;
    while (column != null && place < rows.length && builder.bytes + most * ITEM_BYTES < maxBytes) {
      @Nullable String title = catalog.attributes().text(column, rows[place]);
      builder.add(place++, title == null ? List.of() : TitleWords.of(title));
    }
    return builder.build(rows, place);
  }

  /// How many items can be found by their titles: all, unless memory ended.
  int titled() {
    return titled;
  }

  /// Hands over rows of the catalogue whose titles have a word for each prefix, most popular first;
  /// without prefixes all rows.
  ///
  /// @param accept which of the rows count
  void search(List<String> prefixes, int limit, IntPredicate accept, IntConsumer found) {
    @Nullable BitSet matching = null;
    for (String prefix : prefixes) {
      BitSet having = having(prefix);
      if (matching == null) {
        matching = having;
      } else {
        matching.and(having);
      }
    }
    int left = limit;
    int place = matching == null ? 0 : matching.nextSetBit(0);
    while (left > 0 && place >= 0 && place < rows.length) {
      if (accept.test(rows[place])) {
        found.accept(rows[place]);
        left--;
      }
      place = matching == null ? place + 1 : matching.nextSetBit(place + 1);
    }
  }

  private BitSet having(String prefix) {
    BitSet having = new BitSet(titled);
    int word = Arrays.binarySearch(words, prefix);
    for (int w = word < 0 ? -word - 1 : word;
        w < words.length && words[w].startsWith(prefix);
        w++) {
      for (int i = starts[w]; i < starts[w + 1]; i++) {
        having.set(places[i]);
      }
    }
    return having;
  }

  /// The rows of the `most` greatest counts, greatest first, equal ones by row.
  private static int[] byPopularity(long[] popularity, int most) {
    long[] keys = new long[2 * Math.max(1, most)];
    int size = 0;
    for (int row = 0; row < popularity.length; row++) {
      if (size == keys.length) {
        Arrays.sort(keys);
        System.arraycopy(keys, most, keys, 0, most);
        size = most;
      }
      long count = Math.clamp(popularity[row], 0, Integer.MAX_VALUE);
      keys[size++] = count << Integer.SIZE | (Integer.MAX_VALUE - row);
    }
    Arrays.sort(keys, 0, size);
    int[] rows = new int[Math.min(size, most)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Integer.MAX_VALUE - (int) keys[size - 1 - i];
    }
    return rows;
  }

  /// Collects words by place. For one thread.
  private static final class Builder {

    private final Map<String, Integer> numbers = new HashMap<>();
    private int[] wordOf = new int[1_024];
    private int[] placeOf = new int[1_024];
    private int size;
    private long bytes;

    void add(int place, List<String> title) {
      for (String word : title) {
        int number = numbers.computeIfAbsent(word, _ -> numbers.size());
        if (size == wordOf.length) {
          wordOf = Arrays.copyOf(wordOf, 2 * size);
          placeOf = Arrays.copyOf(placeOf, 2 * size);
        }
        wordOf[size] = number;
        placeOf[size++] = place;
      }
      bytes = numbers.size() * WORD_BYTES + size * OCCURRENCE_BYTES;
    }

    TitleIndex build(int[] rows, int titled) {
      String[] words = numbers.keySet().toArray(String[]::new);
      Arrays.sort(words);
      int[] orderOf = new int[words.length];
      for (int i = 0; i < words.length; i++) {
        orderOf[numbers.getOrDefault(words[i], 0)] = i;
      }
      int[] starts = new int[words.length + 1];
      for (int i = 0; i < size; i++) {
        starts[orderOf[wordOf[i]] + 1]++;
      }
      for (int w = 0; w < words.length; w++) {
        starts[w + 1] += starts[w];
      }
      int[] next = Arrays.copyOf(starts, words.length);
      int[] places = new int[size];
      for (int i = 0; i < size; i++) {
        places[next[orderOf[wordOf[i]]]++] = placeOf[i];
      }
      return new TitleIndex(rows, words, starts, places, titled);
    }
  }
}
