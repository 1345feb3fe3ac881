package dev.hstu.retrieval.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a night takes in; `input.*`. What is not declared is found out, as `hstu import` does.
///
/// @param interactions folder of interaction files
/// @param items catalogue file
/// @param columns as `hstu import --columns`
/// @param itemColumns as `hstu import --item-columns`
/// @param clock as `hstu import --clock`
/// @param timeUnit `s` or `ms`
/// @param idType `int64` or `utf8`, of item ids
/// @param maxBadShare of the rows, 0..1; more stop the night
/// @param dropRepeats whether only a user's first event with an item counts
/// @param settleSeconds a file changed more recently is left for the next night
public record NightlyInput(
    Path interactions,
    Optional<Path> items,
    Optional<String> columns,
    Optional<String> itemColumns,
    Optional<String> clock,
    String timeUnit,
    Optional<String> idType,
    double maxBadShare,
    boolean dropRepeats,
    int settleSeconds) {

  private static final String NONE = "none";
  private static final String DETECTED = "detected";

  static final Setting<String> INTERACTIONS =
      Setting.text(
          "input.interactions",
          "inbox",
          "the path of a folder",
          "Every file in it is a part of the log, the new ones following the old by name. Files stay"
              + " there, unchanged: they are the record that prepared data is made from.");
  static final Setting<String> ITEMS =
      Setting.text(
          "input.items",
          NONE,
          "the path of a file, or none",
          "The catalogue of the day with all items; its new items get rows before anybody met them.");
  static final Setting<String> COLUMNS =
      Setting.text(
          "input.columns",
          DETECTED,
          "as import --columns, or detected",
          "user=COL,item=COL,time=COL,action=COL of the interaction files.");
  static final Setting<String> ITEM_COLUMNS =
      Setting.text(
          "input.item-columns",
          DETECTED,
          "as import --item-columns, or detected",
          "id=COL,NAME:KIND=COL of the catalogue. Declared kinds stay the same when values change.");
  static final Setting<String> CLOCK =
      Setting.text(
          "input.clock",
          DETECTED,
          "wall, sequence(step=60), or detected",
          "What the times are; a model trained on one clock cannot go on with another.");
  static final Setting<String> TIME_UNIT =
      Setting.choice("input.time-unit", "s", List.of("s", "ms"), "Of times that are numbers.");
  static final Setting<String> ID_TYPE =
      Setting.choice(
          "input.id-type",
          DETECTED,
          List.of(DETECTED, "int64", "utf8"),
          "Of item ids. Declare utf8 where a later file may hold ids that are no numbers: a model's"
              + " ids keep their type.");
  static final Setting<Double> MAX_BAD_SHARE =
      Setting.decimal(
          "input.max-bad-share",
          0.01,
          0,
          1,
          "Share of the rows that may be unusable; more stop the night: a wrong format or column, not noise.");
  static final Setting<Boolean> DROP_REPEATS =
      Setting.flag("input.drop-repeats", false, "Keep only a user's first event with an item.");
  static final Setting<Integer> SETTLE_SECONDS =
      Setting.integer(
          "input.settle-seconds",
          60,
          0,
          86_400,
          "A file changed more recently may still be written, and is left for the next night; 0 takes"
              + " every file.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          INTERACTIONS,
          ITEMS,
          COLUMNS,
          ITEM_COLUMNS,
          CLOCK,
          TIME_UNIT,
          ID_TYPE,
          MAX_BAD_SHARE,
          DROP_REPEATS,
          SETTLE_SECONDS);

  static NightlyInput from(SettingValues values) {
    return new NightlyInput(
        Path.of(values.get(INTERACTIONS)),
        declared(values.get(ITEMS), NONE).map(Path::of),
        declared(values.get(COLUMNS), DETECTED),
        declared(values.get(ITEM_COLUMNS), DETECTED),
        declared(values.get(CLOCK), DETECTED),
        values.get(TIME_UNIT),
        declared(values.get(ID_TYPE), DETECTED),
        values.get(MAX_BAD_SHARE),
        values.get(DROP_REPEATS),
        values.get(SETTLE_SECONDS));
  }

  /// A value that isn't the word for its absence.
  static Optional<String> declared(String value, String absent) {
    return Optional.of(value).filter(text -> !text.equals(absent));
  }
}
