package dev.hstu.retrieval.cli;

import java.util.ArrayList;
import java.util.List;

/// A plain text table: columns as wide as their widest cell, numbers to the right.
public final class Table {

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    this.header = List.of(header);
  }

  /// Adds one row.
  ///
  /// @throws IllegalArgumentException when it has another number of cells than the header
  public Table row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(
          "row has %d cells, the header %d".formatted(cells.length, header.size()));
    }
    rows.add(List.of(cells));
    return this;
  }

  /// The whole table, each line ended.
  public String render() {
    int[] widths = new int[header.size()];
    measure(header, widths);
    rows.forEach(row -> measure(row, widths));
    StringBuilder text = new StringBuilder();
    append(text, header, widths);
    for (int c = 0; c < widths.length; c++) {
      text.append(c == 0 ? "" : "  ").repeat("-", widths[c]);
    }
    text.append('\n');
    rows.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  private static void measure(List<String> cells, int[] widths) {
    for (int c = 0; c < widths.length; c++) {
      widths[c] = Math.max(widths[c], cells.get(c).length());
    }
  }

  private static void append(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String cell = cells.get(c);
      int pad = widths[c] - cell.length();
      line.append(c == 0 ? "" : "  ");
      boolean number = !cell.isEmpty() && "+-.0123456789".indexOf(cell.charAt(0)) >= 0;
      line.append(number && c > 0 ? " ".repeat(pad) + cell : cell + " ".repeat(pad));
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
