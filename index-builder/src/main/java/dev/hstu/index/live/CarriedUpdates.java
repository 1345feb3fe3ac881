package dev.hstu.index.live;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdTableBuilder;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes the log's updates into an item-vector file and its catalogue, before a generation is built
/// of them. The last update of each item counts, whatever model made its vector: a delete leaves
/// the item out; an upsert by the model being built with gives its vector and attributes,
/// popularity 0 for a new item; one by another model gives its attributes, and the item keeps the
/// vector that this model made, or is dropped where there is none.
///
/// Rows stay in the order of the file, new items follow in the order of the log. For one thread.
public final class CarriedUpdates {

  private static final int UNCHANGED = -1;

  private final ItemVectors vectors;
  private final Catalog catalog;
  private final LaterVectors later;

  /// By row of the file: the later vector that replaces its own.
  private final Map<Integer, Integer> replacing = new HashMap<>();

  private final Map<Integer, ItemAttributes> attributesByRow = new HashMap<>();
  private final BitSet deleted = new BitSet();
  private final List<Added> added = new ArrayList<>();
  private final List<String> droppedIds = new ArrayList<>();
  private final BitSet touched = new BitSet();
  private int embeddedAnew;
  private int dropped;

  private CarriedUpdates(ItemVectors vectors, Catalog catalog, LaterVectors later) {
    this.vectors = vectors;
    this.catalog = catalog;
    this.later = later;
  }

  /// What a generation is to be built of.
  ///
  /// @param itemVectors a new file
  /// @param catalog its ids those of the file in their order
  public record Result(Path itemVectors, Catalog catalog, CarryReport report) {}

  /// Takes in all updates of a log, which may be written to meanwhile.
  ///
  /// @param updates the log's folder, perhaps absent
  /// @param scratch an empty folder for the new file
  /// @return empty where the log is
  public static Optional<Result> into(
      ItemVectors vectors, Catalog catalog, Path updates, Path scratch) throws IOException {
    try (LogSnapshot log = LogSnapshot.open(updates);
        LaterVectors later =
            LaterVectors.create(scratch.resolve("later"), vectors.matrix().dimension())) {
      LastUpdates last = LastUpdates.of(log, 0);
      if (last.size() == 0) {
        return Optional.empty();
      }
      CarriedUpdates carried = new CarriedUpdates(vectors, catalog, later);
      last.forEach(log, carried::add);
      return Optional.of(
          carried.write(scratch.resolve("vectors.safetensors"), last.lastSequence()));
    }
  }

  private void add(LoggedUpdate logged) throws IOException {
    String id = logged.update().id();
    int row = vectors.ids().rowOf(id);
    switch (logged.update()) {
      case ItemUpdate.Delete _ -> {
        if (row != IdTable.NOT_FOUND) {
          deleted.set(row);
        }
      }
      case ItemUpdate.Upsert upsert -> {
        boolean ours =
            logged.modelFingerprint().equals(vectors.modelFingerprint())
                && upsert.vector().length == vectors.matrix().dimension();
        if (row != IdTable.NOT_FOUND) {
          replace(row, upsert, ours);
        } else if (ours && isId(id)) {
          added.add(new Added(id, later.add(upsert.vector()), attributes(upsert)));
        } else {
          drop(id);
        }
      }
    }
  }

  private void replace(int row, ItemUpdate.Upsert upsert, boolean ours) throws IOException {
    touched.set(row);
    if (ours) {
      replacing.put(row, later.add(upsert.vector()));
    } else {
      embeddedAnew++;
    }
    if (upsert.attributes() != null) {
      attributesByRow.put(row, upsert.attributes());
    }
  }

  private void drop(String id) {
    dropped++;
    if (droppedIds.size() < CarryReport.MAX_DROPPED_IDS) {
      droppedIds.add(id);
    }
  }

  private boolean isId(String id) {
    return vectors.ids().type() == IdType.UTF8 || IdTable.isCanonicalInt64(id);
  }

  private static ItemAttributes attributes(ItemUpdate.Upsert upsert) {
    return upsert.attributes() == null ? ItemAttributes.NONE : upsert.attributes();
  }

  private Result write(Path target, long lastSequence) throws IOException {
    int[] kept = kept();
    int rows = kept.length + added.size();
    IdTableBuilder ids = new IdTableBuilder(vectors.ids().type());
    long[] popularity = new long[rows];
    for (int i = 0; i < kept.length; i++) {
      int _ = ids.add(vectors.ids().idAt(kept[i]));
      popularity[i] = catalog.popularity()[kept[i]];
    }
    added.forEach(item -> ids.add(item.id));
    IdTable table = ids.build();
    VectorMatrix laterVectors = later.matrix();
    ItemVectors.write(
        target,
        table,
        vectors.modelFingerprint(),
        vectors.matrix().dimension(),
        (row, vector) -> copyVector(kept, laterVectors, row, vector));
    return new Result(
        target,
        new Catalog(table, attributes(kept), popularity),
        new CarryReport(
            lastSequence,
            touched.cardinality(),
            added.size(),
            deleted.cardinality(),
            embeddedAnew,
            dropped,
            droppedIds));
  }

  private int[] kept() {
    int[] kept = new int[vectors.ids().size() - deleted.cardinality()];
    int count = 0;
    for (int row = 0; row < vectors.ids().size(); row++) {
      if (!deleted.get(row)) {
        kept[count++] = row;
      }
    }
    return kept;
  }

  private void copyVector(int[] kept, VectorMatrix laterVectors, int row, float[] vector) {
    if (row >= kept.length) {
      laterVectors.copyRow(added.get(row - kept.length).vector, vector);
      return;
    }
    int replacement = replacing.getOrDefault(kept[row], UNCHANGED);
    if (replacement >= 0) {
      laterVectors.copyRow(replacement, vector);
    } else {
      vectors.matrix().copyRow(kept[row], vector);
    }
  }

  private AttributeTable attributes(int[] kept) {
    AttributeTable table = catalog.attributes();
    List<AttributeColumn> columns = table.columns();
    AttributeTableBuilder builder = new AttributeTableBuilder(columns);
    for (int row : kept) {
      @Nullable ItemAttributes changed = attributesByRow.get(row);
      for (int c = 0; c < columns.size(); c++) {
        if (changed == null) {
          copy(table, row, columns.get(c), c, builder);
        } else {
          set(changed.of(columns.get(c).name()), columns.get(c), c, builder);
        }
      }
      builder.endRow();
    }
    for (Added item : added) {
      for (int c = 0; c < columns.size(); c++) {
        set(item.attributes.of(columns.get(c).name()), columns.get(c), c, builder);
      }
      builder.endRow();
    }
    return builder.build();
  }

  private static void copy(
      AttributeTable from, int row, AttributeColumn column, int c, AttributeTableBuilder to) {
    switch (column.kind()) {
      case TEXT -> {
        @Nullable String text = from.text(column.name(), row);
        to.text(c, text == null ? "" : text);
      }
      case LABELS -> to.labels(c, from.labels(column.name(), row));
      case NUMBER -> to.number(c, from.number(column.name(), row));
    }
  }

  /// A value of another kind than the column has now is left out.
  private static void set(
      @Nullable AttributeValue value, AttributeColumn column, int c, AttributeTableBuilder to) {
    switch (column.kind()) {
      case TEXT -> {
        if (value instanceof AttributeValue.Text(_, String text)) {
          to.text(c, text);
        }
      }
      case LABELS -> {
        if (value instanceof AttributeValue.Labels(_, List<String> labels)) {
          to.labels(c, labels);
        }
      }
      case NUMBER -> {
        if (value instanceof AttributeValue.Number(_, double number)) {
          to.number(c, number);
        }
      }
    }
  }

  private record Added(String id, int vector, ItemAttributes attributes) {}
}
