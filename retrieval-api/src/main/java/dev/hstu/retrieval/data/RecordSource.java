package dev.hstu.retrieval.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of one input file, one at a time. For one thread.
interface RecordSource extends Closeable {

  /// The file, as named by the user.
  Path file();

  /// Names of the columns; columns are numbered by their place here.
  List<String> columns();

  /// Says which columns will be read, before the first [#next]; others need not be decoded.
  void select(int[] columns) throws IOException;

  /// Moves to the next row.
  ///
  /// @return false at the end of the file
  boolean next() throws IOException;

  /// What is wrong with the form of the current row, or null. A row with a defect has no cells.
  @Nullable RowDefect defect();

  /// The defect in words, with the offending value.
  String defectDetail();

  /// Fills `cell` with the value of a selected column in the current row.
  void read(int column, Cell cell);

  /// The current row's place in the file, from 1: the line it begins at, or the row number in files
  /// without lines.
  long position();

  /// What [#position] counts: `line` or `row`.
  String positionUnit();

  /// Bytes of the file, as it lies on the disk, consumed so far.
  long bytesRead();
}
