package dev.hstu.retrieval.gate;

import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One judgement of a candidate that could be opened: gathers the evidence and asks every [Check].
/// Opens and closes the live generation; the candidate is the caller's. For one thread.
final class Judgement {

  private static final String LIVE = "live-generation";
  private static final String GOLDEN = "golden-users";

  private final PublishGate gate;
  private final GenerationStore store;
  private final JudgedGeneration candidate;
  private final Evidence evidence;
  private final List<CheckResult> results;
  private final List<String> cautions = new ArrayList<>();
  private final LongConsumer progress;
  private long asked;

  /// @param opening what opening the candidate told
  Judgement(
      PublishGate gate,
      GenerationStore store,
      JudgedGeneration candidate,
      List<CheckResult> opening,
      LongConsumer progress)
      throws IOException {
    this.gate = gate;
    this.store = store;
    this.candidate = candidate;
    this.evidence = new Evidence(gate.settings(), candidate);
    this.results = new ArrayList<>(opening);
    this.progress = progress;
  }

  List<CheckResult> results() {
    return results;
  }

  List<String> cautions() {
    return cautions;
  }

  SortedMap<String, Double> figures() {
    return evidence.figures();
  }

  /// @param current the id that is current, or null
  /// @param given golden users to ask instead of the candidate's own, or null
  void run(@Nullable String current, @Nullable GoldenUsers given) throws IOException {
    JudgedGeneration live = openLive(current);
    try {
      if (live != null) {
        evidence.compareWith(live, goldenUsersOf(live).orElse(null));
      }
      Optional<GoldenUsers> golden = Optional.ofNullable(given).or(() -> goldenUsersOf(candidate));
      if (golden.isPresent()) {
        evidence.golden(golden.get());
      }
      askGoldenUsers(live);
      Check.ALL.forEach(check -> results.add(check.judge(evidence)));
    } finally {
      if (live != null) {
        live.close();
      }
    }
  }

  private @Nullable JudgedGeneration openLive(@Nullable String current) {
    if (current == null) {
      results.add(new CheckResult.Skipped(LIVE, "none is published yet"));
      return null;
    }
    if (current.equals(candidate.generation().id())) {
      results.add(new CheckResult.Skipped(LIVE, "it is the one judged"));
      return null;
    }
    try {
      JudgedGeneration live = JudgedGeneration.open(store, current);
      results.add(
          new CheckResult.Passed(LIVE, current, "opens", "the candidate is compared with it"));
      return live;
    } catch (IOException | IllegalArgumentException e) {
      results.add(
          new CheckResult.Warned(
              LIVE,
              current,
              "opens",
              "it can't be opened, so nothing is compared with it: " + e.getMessage(),
              "publish a whole generation soon"));
      return null;
    }
  }

  /// None too where their file can't be read, which is then a caution.
  private Optional<GoldenUsers> goldenUsersOf(JudgedGeneration judged) {
    try {
      return judged.goldenUsers();
    } catch (IOException e) {
      cautions.add("golden users of %s: %s".formatted(judged.generation().id(), e.getMessage()));
      return Optional.empty();
    }
  }

  private void askGoldenUsers(@Nullable JudgedGeneration live) {
    int users = evidence.hasGolden() ? evidence.golden().protocol().cases() : 0;
    evidence.figure(GOLDEN, users);
    String bound =
        "at least %d (gate.min-golden-users)".formatted(gate.settings().minGoldenUsers());
    if (users < gate.settings().minGoldenUsers()) {
      results.add(
          new CheckResult.Warned(
              GOLDEN,
              Integer.toString(users),
              bound,
              "too few golden users to judge what users would get",
              "build with more users of the last day, or give data with --data"));
      return;
    }
    results.add(
        new CheckResult.Passed(
            GOLDEN,
            Integer.toString(users),
            bound,
            "each is to find the last event that followed the history"));
    GoldenUsers golden = evidence.golden();
    caution(candidate, golden);
    GoldenAnswers answers = ask(golden, candidate);
    GoldenAnswers liveAnswers = null;
    if (live != null) {
      caution(live, golden);
      liveAnswers = ask(golden, live);
    }
    evidence.answers(answers, liveAnswers);
  }

  private GoldenAnswers ask(GoldenUsers golden, JudgedGeneration judged) {
    long before = asked;
    GoldenAnswers answers =
        GoldenAnswers.of(
            golden, judged, gate.engine(), gate.workers(), done -> progress.accept(before + done));
    asked = before + golden.protocol().cases();
    return answers;
  }

  /// Says why a model's hit rate may be flattered: bounds are relative to the live generation's.
  private void caution(JudgedGeneration judged, GoldenUsers golden) {
    String id = judged.generation().id();
    TrainingRecord training = judged.training().orElse(null);
    if (training == null || !training.knowsHoldOut()) {
      cautions.add(
          "nothing tells what the model of %s was trained on; its hit rate may be what it remembers"
              .formatted(id));
    } else if (training.sawTargets(golden.dataFingerprint(), LeaveOneOut.Target.TEST)) {
      cautions.add(
          "the model of %s was trained on the golden users' truths (--hold-out %d): its hit rate is what it remembers"
              .formatted(id, training.holdOut()));
    } else if (!training.heldOut(LeaveOneOut.Target.TEST)) {
      cautions.add(
          "the model of %s was trained with --hold-out %d on other data; had that the golden users' truths, its hit rate is what it remembers"
              .formatted(id, training.holdOut()));
    }
  }
}
