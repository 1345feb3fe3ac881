package dev.hstu.index.live;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is known of the rows after a catalogue's, one an update, in the order of the log; deletes
/// take a row too, which is never live. Rows are only ever added, so a moment is a number of rows.
///
/// One thread writes, any number read rows below a number that they got by a volatile read.
final class LaterRows {

  private static final int CHUNK_BITS = 12;
  private static final int CHUNK = 1 << CHUNK_BITS;

  private final int baseRows;
  private final Chunk[] chunks;

  /// The last row of each id changed, of a moment that may be in a reader's future.
  private final Map<String, Integer> newest = new ConcurrentHashMap<>();

  private int end;

  LaterRows(int baseRows, int maxLater) {
    this.baseRows = baseRows;
    this.end = baseRows;
    this.chunks = new Chunk[(maxLater >>> CHUNK_BITS) + 1];
  }

  /// The next row to be added.
  int end() {
    return end;
  }

  /// Adds a row.
  ///
  /// @param previous the row before of the same id, or [IdTable#NOT_FOUND]
  /// @param attributes its own, or null for those of `attributesRow`
  /// @param attributesRow a row of the catalogue, or [IdTable#NOT_FOUND]
  void add(String id, int previous, @Nullable ItemAttributes attributes, int attributesRow) {
    int place = end - baseRows;
    if (place % CHUNK == 0) {
      chunks[place >>> CHUNK_BITS] = new Chunk();
    }
    Chunk chunk = chunks[place >>> CHUNK_BITS];
    chunk.ids[place % CHUNK] = id;
    chunk.previous[place % CHUNK] = previous;
    chunk.attributes[place % CHUNK] = attributes;
    chunk.attributesRow[place % CHUNK] = attributesRow;
    newest.put(id, end);
    end++;
  }

  String id(int row) {
    return chunk(row).ids[place(row)];
  }

  /// The attributes a row has of its own, or null where [#attributesRow] has them.
  @Nullable ItemAttributes attributes(int row) {
    return chunk(row).attributes[place(row)];
  }

  int attributesRow(int row) {
    return chunk(row).attributesRow[place(row)];
  }

  /// The last row of an id when rows `0..rows-1` are there: a later one, or the row of the
  /// catalogue that was its first, or [IdTable#NOT_FOUND].
  ///
  /// @param unchanged the answer for an id that no row here has
  int lastRow(String id, int rows, int unchanged) {
    @Nullable Integer last = newest.get(id);
    if (last == null) {
      return unchanged;
    }
    int row = last;
    while (row >= rows) {
      row = chunk(row).previous[place(row)];
    }
    return row;
  }

  private Chunk chunk(int row) {
    return chunks[(row - baseRows) >>> CHUNK_BITS];
  }

  private int place(int row) {
    return (row - baseRows) % CHUNK;
  }

  private static final class Chunk {
    final String[] ids = new String[CHUNK];
    final int[] previous = new int[CHUNK];
    final @Nullable ItemAttributes[] attributes = new ItemAttributes[CHUNK];
    final int[] attributesRow = new int[CHUNK];

    Chunk() {
      Arrays.fill(ids, "");
    }
  }
}
