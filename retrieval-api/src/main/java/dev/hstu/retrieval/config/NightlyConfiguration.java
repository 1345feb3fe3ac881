package dev.hstu.retrieval.config;

import dev.hstu.retrieval.admission.StepParameters;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The whole configuration of a nightly run, checked.
///
/// @param file it was read from, for messages
/// @param folder where nights keep their work
/// @param generations the store that is published into
/// @param ramBytes most memory of the process: heap, native memory and page cache together
/// @param diskBytes most that `folder` and `generations` may hold together
/// @param resumeHours an unfinished night older than this is closed, and a new one begun
/// @param maxBreaks a night that broke so often is closed
/// @param steps of the brown-out ladder, as the build measures their costs
/// @param decisive the values that decide what a night makes, by key: a night is resumed with the
///     same ones only
public record NightlyConfiguration(
    String file,
    Path folder,
    Path generations,
    long ramBytes,
    long diskBytes,
    int resumeHours,
    int maxBreaks,
    NightlyInput input,
    NightlyTraining training,
    NightlyBuild build,
    GateSettings gate,
    StepParameters steps,
    SortedMap<String, String> decisive) {

  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;

  static final Setting<String> FOLDER =
      Setting.text(
          "folder",
          "nightly",
          "the path of a folder",
          "Where nights keep prepared data, models, journals and reports; one run at a time.");
  static final Setting<String> GENERATIONS =
      Setting.text(
          "generations",
          "generations",
          "the path of a generation store",
          "Where generations are built and published; a server watches it.");
  static final Setting<Long> RAM =
      Setting.bytes(
          "ram",
          "4g",
          512 * MIB,
          64 * TIB,
          "Most memory of the run: heap and native memory. The heap is set with"
              + " HSTU_JAVA_OPTS=-Xmx; what is left bounds training and build.");
  static final Setting<Long> DISK =
      Setting.bytes(
          "disk",
          "20g",
          16 * MIB,
          1024 * TIB,
          "Most that the work folder and the generations may hold; a step that would exceed it is"
              + " not begun.");
  static final Setting<Integer> RESUME_HOURS =
      Setting.integer(
          "resume-hours",
          20,
          1,
          8760,
          "An interrupted night younger than this is gone on with; an older one is closed, and a"
              + " new one takes in what has come since.");
  static final Setting<Integer> MAX_BREAKS =
      Setting.integer(
          "max-breaks",
          3,
          1,
          100,
          "A night that broke so often in the same step is closed, so that no fault is repeated for"
              + " ever.");

  static final List<Setting<?>> SETTINGS =
      List.of(FOLDER, GENERATIONS, RAM, DISK, RESUME_HOURS, MAX_BREAKS);

  /// Keys that say where, how fast or how long, and not what is made.
  private static final List<Setting<?>> UNDECISIVE =
      List.of(
          RAM,
          DISK,
          RESUME_HOURS,
          MAX_BREAKS,
          NightlyInput.SETTLE_SECONDS,
          NightlyTraining.THREADS,
          NightlyTraining.CHECKPOINT_SECONDS,
          NightlyBuild.KEEP_GENERATIONS,
          NightlyBuild.KEEP_NIGHTS);

  public NightlyConfiguration {
    decisive = Collections.unmodifiableSortedMap(new TreeMap<>(decisive));
  }

  /// Every key there is, in the order of the reference.
  public static List<Setting<?>> settings() {
    return Stream.of(
            SETTINGS,
            NightlyInput.SETTINGS,
            NightlyTraining.SETTINGS,
            NightlyBuild.SETTINGS,
            LadderSettings.PARAMETERS,
            GateSettings.SETTINGS)
        .<Setting<?>>flatMap(List::stream)
        .toList();
  }

  /// Reads and checks a file.
  ///
  /// @throws InvalidSettingException at a file that cannot be read, an unknown key or a value out
  ///     of range
  public static NightlyConfiguration read(Path file) {
    SettingValues values = new SettingValues(List.of(SettingSource.file(file)), "NIGHTLY.md");
    values.requireKnown(settings());
    SortedMap<String, String> decisive = new TreeMap<>();
    for (Setting<?> setting : settings()) {
      if (!UNDECISIVE.contains(setting) && !GateSettings.SETTINGS.contains(setting)) {
        decisive.put(setting.key(), values.get(setting).toString());
      }
    }
    return new NightlyConfiguration(
        file.toString(),
        Path.of(values.get(FOLDER)),
        Path.of(values.get(GENERATIONS)),
        values.get(RAM),
        values.get(DISK),
        values.get(RESUME_HOURS),
        values.get(MAX_BREAKS),
        NightlyInput.from(values),
        NightlyTraining.from(values),
        NightlyBuild.from(values),
        GateSettings.from(values),
        LadderSettings.parameters(values),
        decisive);
  }
}
