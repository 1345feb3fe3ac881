package dev.hstu.retrieval.cli;

import dev.hstu.encoder.training.EpochSummary;
import dev.hstu.encoder.training.StepProgress;
import dev.hstu.encoder.training.TrainingListener;
import dev.hstu.encoder.training.TrainingPlan;
import dev.hstu.retrieval.evaluate.TrainingCurve;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Keeps loss and score of each epoch in the folder of an unfinished training, a line each, so that
/// a resumed one still knows how it began; what is kept becomes the model's [TrainingCurve].
final class EpochLog implements TrainingListener {

  private static final String FILE = "epochs.tsv";

  private final Path file;
  private final boolean scored;
  private final TrainingListener next;

  /// @param stateFolder of the training
  /// @param scored whether an epoch's score is a measure, which it isn't where nothing is held out
  ///     for it
  /// @param next told everything too
  EpochLog(Path stateFolder, boolean scored, TrainingListener next) {
    this.file = stateFolder.resolve(FILE);
    this.scored = scored;
    this.next = next;
  }

  @Override
  public void onStart(TrainingPlan plan) {
    if (plan.resumedAtStep() == 0) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    next.onStart(plan);
  }

  @Override
  public void onStep(StepProgress progress) {
    next.onStep(progress);
  }

  @Override
  public void onEpoch(EpochSummary summary) {
    String score =
        scored && summary.score().isPresent() ? Double.toString(summary.score().getAsDouble()) : "";
    try {
      Files.writeString(
          file,
          "%d\t%s\t%s\n".formatted(summary.epoch(), summary.loss(), score),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    next.onEpoch(summary);
  }

  @Override
  public void onCheckpoint(Path checkpoint, long step) {
    next.onCheckpoint(checkpoint, step);
  }

  /// The curve as a companion of the model. A line that a crash cut off is left out.
  Map<String, byte[]> companion() {
    Map<Integer, TrainingCurve.Point> points = new TreeMap<>();
    try {
      List<String> lines =
          Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8) : List.of();
      for (String line : lines) {
        TrainingCurve.Point point = point(line);
        if (point != null) {
          points.put(point.epoch(), point);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return TrainingCurve.of(new ArrayList<>(points.values())).companion();
  }

  private static TrainingCurve.@Nullable Point point(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != 3) {
      return null;
    }
    try {
      return new TrainingCurve.Point(
          Integer.parseInt(fields[0]),
          Double.parseDouble(fields[1]),
          fields[2].isEmpty() ? null : Double.valueOf(fields[2]));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
