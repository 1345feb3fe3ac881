package dev.hstu.kernels.tables;

import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.util.List;

/// External ids and their rows `0..size-1`, both ways: the only place where an external id becomes
/// a dense int. Ids are distinct. Immutable, for any number of threads; lookups of longs allocate
/// nothing.
///
/// As tensors after a prefix: `ids` int64 `[n]` for [IdType#INT64]; `id_offsets` int64 `[n+1]` and
/// `id_bytes` uint8 for [IdType#UTF8].
public sealed interface IdTable permits Int64IdTable, Utf8IdTable {
  /// What [#rowOf(String)] and [#rowOf(long)] answer for an unknown id.
  int NOT_FOUND = -1;

  /// Most ids in one table.
  int MAX_ROWS = RowSlots.MAX_ROWS;

  /// Longest id in UTF-8 bytes: ids stand in URLs and log lines, where longer ones are mistakes.
  int MAX_ID_BYTES = 1024;

  /// How the ids are declared.
  IdType type();

  /// The number of ids and rows.
  int size();

  /// The row of an external id, or [#NOT_FOUND]. Only the canonical decimal names an INT64 id:
  /// `007`, `+7` and `7.0` are not found.
  int rowOf(String external);

  /// The row of a numeric id, or [#NOT_FOUND]; in a UTF8 table, of its decimal text.
  int rowOf(long external);

  /// The rows of many external ids, each as [#rowOf(String)] gives it. In a large table every id is
  /// a few reads of memory that no cache holds; here those of all ids are under way at once.
  ///
  /// @param rows gets the row of each id at the id's place, at least as long
  void rowsOf(String[] externals, int[] rows);

  /// The external id of a row as text.
  String idAt(int row);

  /// The external ids of many rows, each as [#idAt] gives it, with their reads under way at once.
  String[] idsAt(int[] rows);

  /// Whether the first rows of this table are the rows of another: then one look-up in this table
  /// is one in both.
  boolean startsWith(IdTable other);

  /// The external id of a row of an INT64 table.
  ///
  /// @throws IllegalStateException in a UTF8 table
  long longAt(int row);

  /// The tensors of this table after `prefix`.
  List<TensorSpec> specs(String prefix);

  /// Writes the tensors of [#specs], in its order.
  void writeTo(SafetensorsWriter writer, String prefix) throws IOException;

  /// Adds type and ids, in row order, to a digest.
  void digest(ContentDigest digest);

  /// A table of these ids in this order.
  ///
  /// @throws IllegalArgumentException when an id stands twice
  static IdTable ofLongs(long[] ids) {
    IdTableBuilder builder = new IdTableBuilder(IdType.INT64);
    for (int row = 0; row < ids.length; row++) {
      IdTableBuilder.requireNew(builder.add(ids[row]), row, Long.toString(ids[row]));
    }
    return builder.build();
  }

  /// A table of these ids in this order.
  ///
  /// @throws IllegalArgumentException when an id stands twice, is empty, too long, or not
  /// well-formed
  static IdTable ofStrings(List<String> ids) {
    IdTableBuilder builder = new IdTableBuilder(IdType.UTF8);
    int row = 0;
    for (String id : ids) {
      IdTableBuilder.requireNew(builder.add(id), row++, id);
    }
    return builder.build();
  }

  /// Reads the table stored after `prefix`, copying it out of the file.
  ///
  /// @throws MalformedSafetensorsException when there is none, or an id is invalid or stands twice
  static IdTable readFrom(SafetensorsFile file, String prefix)
      throws MalformedSafetensorsException {
    boolean longs = file.contains(prefix + Int64IdTable.IDS);
    boolean strings = file.contains(prefix + Utf8IdTable.ID + "_offsets");
    if (longs == strings) {
      throw new MalformedSafetensorsException(
          file.path(),
          "has %s of the id tensors '%s' and '%s'; expected one"
              .formatted(
                  longs ? "both" : "none",
                  prefix + Int64IdTable.IDS,
                  prefix + Utf8IdTable.ID + "_offsets"));
    }
    return longs ? Int64IdTable.read(file, prefix) : Utf8IdTable.read(file, prefix);
  }

  /// Whether `text` is the canonical decimal of a 64-bit integer, the only text that can name an
  /// INT64 id.
  static boolean isCanonicalInt64(String text) {
    return Int64Text.isCanonical(text);
  }
}
