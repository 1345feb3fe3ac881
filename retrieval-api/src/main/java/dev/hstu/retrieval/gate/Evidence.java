package dev.hstu.retrieval.gate;

import dev.hstu.index.census.Census;
import dev.hstu.index.census.CensusReport;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.search.IndexedVectors;
import dev.hstu.retrieval.config.GateSettings;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the checks look at: the candidate, the live generation where there is one to compare with,
/// and what both answer golden users. Collects the figures found. For one thread.
final class Evidence {

  private final GateSettings settings;
  private final JudgedGeneration candidate;
  private final VectorSurvey survey;
  private final IndexedVectors indexedVectors;
  private final CensusReport census;
  private final SortedMap<String, Double> figures = new TreeMap<>();
  private @Nullable JudgedGeneration live;
  private @Nullable VectorSurvey liveSurvey;
  private @Nullable GoldenUsers golden;
  private @Nullable GoldenUsers liveGolden;
  private @Nullable GoldenAnswers answers;
  private @Nullable GoldenAnswers liveAnswers;

  Evidence(GateSettings settings, JudgedGeneration candidate) throws IOException {
    this.settings = settings;
    this.candidate = candidate;
    this.survey = VectorSurvey.of(candidate, settings.maxCheckedItems());
    this.indexedVectors = candidate.generation().indexedVectors(settings.maxCheckedItems());
    this.census = Census.of(candidate.generation());
  }

  /// @param users those the live generation was built with, null where it has none
  void compareWith(JudgedGeneration liveGeneration, @Nullable GoldenUsers users) {
    this.live = liveGeneration;
    this.liveGolden = users;
    this.liveSurvey = VectorSurvey.of(liveGeneration, settings.maxCheckedItems());
  }

  void golden(GoldenUsers users) {
    this.golden = users;
  }

  void answers(GoldenAnswers given, @Nullable GoldenAnswers givenByLive) {
    this.answers = given;
    this.liveAnswers = givenByLive;
  }

  GateSettings settings() {
    return settings;
  }

  JudgedGeneration candidate() {
    return candidate;
  }

  GenerationManifest manifest() {
    return candidate.generation().manifest();
  }

  VectorSurvey survey() {
    return survey;
  }

  IndexedVectors indexedVectors() {
    return indexedVectors;
  }

  CensusReport census() {
    return census;
  }

  boolean hasLive() {
    return live != null;
  }

  /// @throws NullPointerException where there is none, see [#hasLive]
  JudgedGeneration live() {
    return Objects.requireNonNull(live);
  }

  /// @throws NullPointerException where there is no live generation
  VectorSurvey liveSurvey() {
    return Objects.requireNonNull(liveSurvey);
  }

  boolean hasGolden() {
    return golden != null;
  }

  /// @throws NullPointerException where there are none, see [#hasGolden]
  GoldenUsers golden() {
    return Objects.requireNonNull(golden);
  }

  /// The users the live generation was judged by, where it has them.
  Optional<GoldenUsers> liveGolden() {
    return Optional.ofNullable(liveGolden);
  }

  /// Whether golden users were asked, of whom there are enough.
  boolean hasAnswers() {
    return answers != null;
  }

  boolean hasLiveAnswers() {
    return liveAnswers != null;
  }

  /// @throws NullPointerException where none were asked, see [#hasAnswers]
  GoldenAnswers answers() {
    return Objects.requireNonNull(answers);
  }

  /// @throws NullPointerException where none were asked, see [#hasLiveAnswers]
  GoldenAnswers liveAnswers() {
    return Objects.requireNonNull(liveAnswers);
  }

  /// Whether both generations serve the very same model.
  boolean sameModel() {
    return live().model().fingerprint().equals(candidate.model().fingerprint());
  }

  /// Whether the live model has the candidate's shapes and clock, so that it is the same recipe
  /// trained again.
  boolean sameFamily() {
    int items = candidate.model().config().items();
    return live().model().config().withItems(items).equals(candidate.model().config())
        && live().model().clock().equals(candidate.model().clock());
  }

  /// Notes a number under its name.
  double figure(String name, double value) {
    figures.put(name, value);
    return value;
  }

  SortedMap<String, Double> figures() {
    return figures;
  }
}
