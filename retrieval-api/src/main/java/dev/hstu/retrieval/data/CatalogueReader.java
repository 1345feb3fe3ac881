package dev.hstu.retrieval.data;

import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.retrieval.data.ItemColumnMapping.Attribute;
import dev.hstu.retrieval.data.RecordSources.Content;
import dev.hstu.retrieval.data.RecordSources.Opened;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Reads a catalogue: every item in it gets a row, rated or not, with its attributes. The file is
/// read twice, first to find out what kind each attribute is.
final class CatalogueReader {

  /// What GroupLens writes where there are no genres.
  private static final String NO_GENRES = "(no genres listed)";

  private final Path file;
  private final @Nullable FileFormat format;
  private final ItemColumnMapping mapping;

  /// @param format the format of the file, or null to detect it
  CatalogueReader(Path file, @Nullable FileFormat format, ItemColumnMapping mapping) {
    this.file = file;
    this.format = format;
    this.mapping = mapping;
  }

  /// Adds the items to `ids`, which is empty, in the order of the file.
  ///
  /// @return their attributes, one row an item
  AttributeTable readInto(IdColumn ids, BadRows bad) throws IOException {
    AttributeKind[] kinds = detectKinds();
    try (RecordSource source = open()) {
      Columns columns = Columns.of(source, mapping);
      source.select(columns.all());
      AttributeTableBuilder attributes = new AttributeTableBuilder(columns.named(kinds));
      Cell cell = new Cell();
      while (source.next()) {
        bad.countRow();
        if (addItem(source, columns.id, ids, cell, bad)) {
          for (int a = 0; a < kinds.length; a++) {
            source.read(columns.attributes[a], cell);
            set(attributes, a, kinds[a], cell);
          }
          attributes.endRow();
        }
      }
      return attributes.build();
    }
  }

  private AttributeKind[] detectKinds() throws IOException {
    try (RecordSource source = open()) {
      Columns columns = Columns.of(source, mapping);
      source.select(columns.all());
      AttributeDetection[] detections =
          columns.wanted.stream()
              .map(attribute -> new AttributeDetection(attribute.name()))
              .toArray(AttributeDetection[]::new);
      Cell cell = new Cell();
      while (source.next()) {
        for (int a = 0; a < detections.length && source.defect() == null; a++) {
          source.read(columns.attributes[a], cell);
          detections[a].observe(cell);
        }
      }
      AttributeKind[] kinds = new AttributeKind[detections.length];
      Arrays.setAll(kinds, a -> kind(columns.wanted.get(a), detections[a]));
      return kinds;
    }
  }

  private RecordSource open() throws IOException {
    Opened opened = RecordSources.open(file, format, mapping.isNumbered(), Content.CATALOGUE);
    return opened.source();
  }

  private static AttributeKind kind(Attribute attribute, AttributeDetection detection) {
    AttributeKind declared = attribute.kind();
    return declared == null ? detection.kind() : declared;
  }

  private static boolean addItem(
      RecordSource source, int idColumn, IdColumn ids, Cell cell, BadRows bad) {
    RowDefect defect = source.defect();
    if (defect != null) {
      bad.add(source, defect, source::defectDetail);
      return false;
    }
    source.read(idColumn, cell);
    String problem = ids.problem(cell);
    if (problem != null) {
      bad.add(source, RowDefect.ITEM_ID, () -> "'%s': %s".formatted(cell.text(), problem));
      return false;
    }
    int known = ids.size();
    if (ids.row(cell) < known) {
      bad.add(
          source, RowDefect.REPEATED_ITEM, () -> "'%s'; the first is kept".formatted(cell.text()));
      return false;
    }
    return true;
  }

  private static void set(
      AttributeTableBuilder attributes, int column, AttributeKind kind, Cell cell) {
    switch (kind) {
      case TEXT -> attributes.text(column, cell.text());
      case LABELS -> attributes.labels(column, labels(cell.text()));
      case NUMBER -> attributes.number(column, number(cell));
    }
  }

  private static List<String> labels(String text) {
    if (text.equals(NO_GENRES)) {
      return List.of();
    }
    List<String> labels = new ArrayList<>();
    for (String label : text.split("\\" + AttributeDetection.LABEL_SEPARATOR, -1)) {
      if (!label.isBlank() && !labels.contains(label.strip())) {
        labels.add(label.strip());
      }
    }
    return labels;
  }

  /// A number, or NaN where there is none or a column declared `number` holds something else.
  private static double number(Cell cell) {
    return switch (cell.kind()) {
      case MISSING -> Double.NaN;
      case INTEGER, SECONDS -> cell.integer();
      case DECIMAL -> cell.decimal();
      case TEXT -> parse(cell.text());
    };
  }

  private static double parse(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /// Places of the columns in one file.
  private record Columns(int id, int[] attributes, List<Attribute> wanted) {

    static Columns of(RecordSource source, ItemColumnMapping mapping) {
      List<String> header = source.columns();
      List<Attribute> wanted = mapping.attributesOf(source.file(), header);
      int[] places = wanted.stream().mapToInt(a -> header.indexOf(a.column())).toArray();
      return new Columns(mapping.idPlace(source.file(), header), places, wanted);
    }

    int[] all() {
      return IntStream.concat(IntStream.of(id), IntStream.of(attributes)).toArray();
    }

    List<AttributeColumn> named(AttributeKind[] kinds) {
      return IntStream.range(0, kinds.length)
          .mapToObj(a -> new AttributeColumn(wanted.get(a).name(), kinds[a]))
          .toList();
    }
  }
}
