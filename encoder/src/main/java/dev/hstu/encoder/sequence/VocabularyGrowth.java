package dev.hstu.encoder.sequence;

import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdTableBuilder;
import dev.hstu.kernels.tables.IdType;
import java.util.Locale;

/// A vocabulary that has grown by the ids of newer data: the ids known before keep their rows,
/// those that are new follow in the data's order. Ids that the data no longer has stay.
///
/// @param vocabulary the known ids and then the new ones
/// @param known how many ids were known before
/// @param rows row in `vocabulary` of each row of the data's own table; shared, not copied
public record VocabularyGrowth(IdTable vocabulary, int known, int[] rows) {

  /// Lets `known` grow by the ids of `found`.
  ///
  /// @throws IllegalArgumentException when the two declare their ids differently
  public static VocabularyGrowth of(IdTable known, IdTable found) {
    if (known.type() != found.type()) {
      throw new IllegalArgumentException(
          "the known item ids are %s and those of the data %s; import the data with --id-type %1$s"
              .formatted(lower(known.type()), lower(found.type())));
    }
    IdTableBuilder builder = new IdTableBuilder(known.type());
    for (int row = 0; row < known.size(); row++) {
      add(builder, known, row);
    }
    int[] rows = new int[found.size()];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = add(builder, found, row);
    }
    return new VocabularyGrowth(builder.build(), known.size(), rows);
  }

  /// How many ids are new; they have the last rows.
  public int added() {
    return vocabulary.size() - known;
  }

  /// The log of the data with its item rows, `1..V`, counted in the grown vocabulary; all else is
  /// shared.
  public InteractionLog relabelled(InteractionLog log) {
    int[] items = new int[log.events()];
    for (int event = 0; event < items.length; event++) {
      items[event] = rows[log.items()[event] - 1] + 1;
    }
    return new InteractionLog(log.offsets(), items, log.times(), log.actions());
  }

  private static int add(IdTableBuilder builder, IdTable ids, int row) {
    return ids.type() == IdType.INT64 ? builder.add(ids.longAt(row)) : builder.add(ids.idAt(row));
  }

  private static String lower(IdType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
