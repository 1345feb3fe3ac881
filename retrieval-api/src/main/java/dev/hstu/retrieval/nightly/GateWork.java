package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.retrieval.gate.CheckResult;
import dev.hstu.retrieval.gate.GateVerdict;
import dev.hstu.retrieval.gate.Publications;
import dev.hstu.retrieval.gate.PublishGate;
import dev.hstu.retrieval.gate.VerdictFolder;
import java.io.IOException;
import java.util.stream.Collectors;

/// Asks the publish gate. A generation that it blocks stays in the store unpublished, for whoever
/// looks into it; the verdict is kept beside the generations.
final class GateWork implements NightWork {

  static final String VERDICT = "verdict";

  /// The verdict as JSON and as a page.
  private static final long BYTES = 1 << 20;

  /// Hears how many golden users were asked, of about how many.
  @FunctionalInterface
  interface Asked {
    void at(double done, double total);
  }

  @Override
  public NightStep step() {
    return NightStep.GATE;
  }

  @Override
  public long diskBytes(NightContext night) {
    return BYTES;
  }

  @Override
  public StepResult run(NightContext night, NightProgress progress) throws IOException {
    GateVerdict verdict = judge(night, progress::at);
    night.verdict(verdict);
    new Publications(night.store()).keep(verdict);
    if (!verdict.passed()) {
      throw new NightRefusedException(
          "%s (%s); see %s"
              .formatted(
                  verdict.summary(),
                  verdict.blocked().stream()
                      .map(CheckResult.Blocked::sentence)
                      .collect(Collectors.joining("; ")),
                  new VerdictFolder(night.store().root()).html(verdict.generation())));
    }
    StepResult result =
        new StepResult()
            .input(GenerationWork.GENERATION, verdict.generation())
            .output(VERDICT, verdict.summary());
    verdict.figures().forEach(result::figure);
    verdict.cautions().forEach(result::remark);
    for (CheckResult check : verdict.results()) {
      if (check instanceof CheckResult.Warned) {
        result.remark("%s: %s".formatted(check.check(), check.sentence()));
      }
    }
    return result;
  }

  /// Judges the night's generation beside the current one.
  static GateVerdict judge(NightContext night, Asked progress) throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    PublishGate gate =
        new PublishGate(night.configuration().gate(), EngineChoice.of(Engine.DJL), workers);
    double users = 2.0 * night.configuration().build().goldenUsers();
    String generation = NightArchive.generation(night.journal());
    return gate.judge(night.store(), generation, null, done -> progress.at(done, users));
  }
}
