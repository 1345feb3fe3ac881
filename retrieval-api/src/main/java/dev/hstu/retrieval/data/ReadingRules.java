package dev.hstu.retrieval.data;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.tables.IdType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the files of an import are to be understood; null means: find out.
///
/// @param format of the interaction files
/// @param columns of the interaction files
/// @param itemColumns of the catalogue
/// @param clock what the model's times are; found out, it is `wall` where there is a column of
///     times, else `sequence(step=60)`
/// @param timeScale unit of times that are plain numbers
/// @param itemIdType found out, INT64 where every id is a canonical 64-bit integer, else UTF8
/// @param actionValues values of actions that are words; copied
public record ReadingRules(
    @Nullable FileFormat format,
    ColumnMapping columns,
    ItemColumnMapping itemColumns,
    @Nullable Clock clock,
    TimeScale timeScale,
    @Nullable IdType itemIdType,
    Map<String, Float> actionValues) {

  /// Everything found out, times in seconds.
  public static final ReadingRules DETECTED =
      new ReadingRules(
          null,
          ColumnMapping.DETECTED,
          ItemColumnMapping.DETECTED,
          null,
          TimeScale.SECONDS,
          null,
          Map.of());

  public ReadingRules {
    actionValues = Map.copyOf(actionValues);
  }
}
