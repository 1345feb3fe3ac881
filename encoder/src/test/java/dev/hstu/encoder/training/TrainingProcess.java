package dev.hstu.encoder.training;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A training in a JVM of its own, for tests that end it. It prints [#REPORT_BYTES] for every step:
/// so much that it waits for whoever reads them.
final class TrainingProcess {

  /// A pipe holds 64 of these.
  static final int REPORT_BYTES = 1024;

  /// Of one network of [#ensembleSettings].
  static final int MEMBER_STEPS = 160;

  private TrainingProcess() {}

  /// Some hundred steps, and no checkpoint but at the end of the process.
  static TrainingSettings settings() {
    return TinyTraining.settings().withEpochs(300);
  }

  /// Two networks of [#MEMBER_STEPS] steps each.
  static TrainingSettings ensembleSettings() {
    return TinyTraining.settings().withEpochs(40).withMembers(2);
  }

  /// Arguments: where to write the model, and how many networks it has, 1 or 2.
  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    TrainingListener reports =
        new TrainingListener() {
          @Override
          public void onStep(StepProgress progress) {
            out.write(new byte[REPORT_BYTES], 0, REPORT_BYTES);
            out.flush();
          }
        };
    Path model = Path.of(arguments[0]);
    if (Integer.parseInt(arguments[1]) > 1) {
      trainEnsemble(model, reports);
    } else {
      Trainer.train(
          TinyTraining.data(1),
          settings(),
          TrainingTarget.of(model),
          reports,
          ModelSelection.LAST_EPOCH);
    }
  }

  static EnsembleResult trainEnsemble(Path model, TrainingListener listener) throws IOException {
    return EnsembleTrainer.train(
        TinyTraining.data(1),
        ensembleSettings(),
        new EnsembleTarget(model, members -> Map.of(), false),
        member ->
            new MemberTraining(
                TrainingStart.ANEW, listener, ModelSelection.LAST_EPOCH, result -> Map.of(), null));
  }

  /// Starts one.
  ///
  /// @param networks of the model, 1 or 2
  /// @param errors takes what it says beside its reports
  /// @param fault where a fault of the JVM would be told of
  static Process start(Path model, int networks, Path errors, Path fault) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:ErrorFile=" + fault,
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true",
            "-cp",
            System.getProperty("java.class.path"),
            TrainingProcess.class.getName(),
            model.toString(),
            Integer.toString(networks)));
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }
}
