package dev.hstu.retrieval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.config.GateSettings;
import dev.hstu.retrieval.config.SettingSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A blocked generation serves only with a reason, and the reason is on the disk before it does;
/// verdicts are kept; bounds are configuration.
final class PublicationsTest {

  private static final GateWorld WORLD = new GateWorld(3, 300, 120, 0, 0);
  private static final ForceReason REASON = new ForceReason("the old one leaks, see incident 12");

  @TempDir private Path folder;

  private GenerationStore store;
  private Publications publications;

  @BeforeEach
  void makeStore() {
    store = GenerationStore.at(folder.resolve("generations"));
    publications = new Publications(store);
  }

  @Test
  void aBlockedGenerationNeedsAReasonThatIsLogged() throws IOException {
    String good = build(WORLD.night(0, 1));
    publications.publish(judge(good));
    Night bad = WORLD.night(1, 2);
    bad.vocabulary = Night.shuffled(bad.vocabulary, 1);
    GateVerdict blocked = judge(build(bad));

    assertThatThrownBy(() -> publications.publish(blocked))
        .isInstanceOf(PublicationBlockedException.class)
        .hasMessageContaining("hit-rate@100")
        .hasMessageContaining("--force");
    assertThat(store.currentId()).contains(good);

    publications.force(blocked, REASON);

    assertThat(store.currentId()).contains(blocked.generation());
    List<PublicationEntry> entries = new PublicationLog(store.root()).entries();
    assertThat(entries).extracting(PublicationEntry::forced).containsExactly(false, true);
    PublicationEntry forced = entries.getLast();
    assertThat(forced.forcedBecause()).isEqualTo(REASON.text());
    assertThat(forced.blockedBy()).contains("hit-rate@100");
    assertThat(forced.replaced()).isEqualTo(good);
    assertThat(forced.user()).isEqualTo(System.getProperty("user.name"));
  }

  @Test
  void aRollbackIsLoggedWithWhoWhyFromAndTo() throws IOException {
    String first = build(WORLD.night(0, 1));
    publications.publish(judge(first));
    String second = build(WORLD.night(1, 2));
    publications.publish(judge(second));

    Publications.Return done = publications.rollBack("the shop\nis empty");

    assertThat(done).isEqualTo(new Publications.Return(first, second, null));
    assertThat(store.currentId()).contains(first);
    PublicationLog log = new PublicationLog(store.root());
    PublicationEntry entry = log.entries().getLast();
    assertThat(entry.action()).isEqualTo(PublicationEntry.Action.ROLLBACK);
    assertThat(entry.generation()).isEqualTo(first);
    assertThat(entry.replaced()).isEqualTo(second);
    assertThat(entry.user()).isEqualTo(System.getProperty("user.name"));
    assertThat(entry.returnedBecause()).isEqualTo("the shop is empty");
    assertThat(entry.failure()).isNull();
    assertThat(log.last(first).orElseThrow().action()).isEqualTo(PublicationEntry.Action.PUBLISH);
  }

  @Test
  void aRollbackToADamagedGenerationIsLoggedAsFailed() throws IOException {
    String first = build(WORLD.night(0, 1));
    publications.publish(judge(first));
    String second = build(WORLD.night(1, 2));
    publications.publish(judge(second));
    Files.delete(store.root().resolve(first).resolve("model/config.json"));

    assertThatThrownBy(() -> publications.rollBack(null))
        .isInstanceOf(DamagedGenerationException.class);

    assertThat(store.currentId()).contains(second);
    PublicationEntry entry = new PublicationLog(store.root()).entries().getLast();
    assertThat(entry.failure()).contains("model/config.json");
    assertThat(entry.returnedBecause()).isNull();
  }

  @Test
  void aLogThatCannotBeWrittenKeepsNobodyFromRollingBack() throws IOException {
    String first = build(WORLD.night(0, 1));
    publications.publish(judge(first));
    publications.publish(judge(build(WORLD.night(1, 2))));
    Path log = store.root().resolve(PublicationLog.FILE);
    Files.delete(log);
    Files.createDirectory(log);

    Publications.Return done = publications.rollBack("the disk is full");

    assertThat(done.unlogged()).contains(log.toString());
    assertThat(store.currentId()).contains(first);
  }

  @Test
  void aLineOfAnEarlierReleaseIsAPublication() throws IOException {
    Files.createDirectories(store.root());
    Files.writeString(
        store.root().resolve(PublicationLog.FILE),
        "{\"at\":\"2026-03-01T00:00:00Z\",\"generation\":\"g\",\"user\":\"u\",\"blocked_by\":[]}\n");

    assertThat(new PublicationLog(store.root()).entries())
        .extracting(PublicationEntry::action)
        .containsExactly(PublicationEntry.Action.PUBLISH);
  }

  @Test
  void verdictsAreKeptInBothForms() throws IOException {
    GateVerdict verdict = judge(build(WORLD.night(0, 1)));
    publications.keep(verdict);

    VerdictFolder kept = new VerdictFolder(store.root());
    JsonNode json = new ObjectMapper().readTree(kept.json(verdict.generation()).toFile());
    assertThat(json.get("passed").asBoolean()).isTrue();
    assertThat(json.get("checks").findValuesAsText("check")).contains("files", "hit-rate@100");
    assertThat(json.get("figures").get("hit-rate@100").asDouble()).isPositive();
    assertThat(kept.html(verdict.generation()))
        .content()
        .contains(verdict.generation(), "<svg", "hit-rate@100")
        .doesNotContain("http:", "https:", "<script");
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void aDamagedGenerationIsBlockedAndCannotBeForced() throws IOException {
    String id = build(WORLD.night(0, 1));
    Files.writeString(
        store.root().resolve(id).resolve("model/config.json"), " ", StandardOpenOption.APPEND);
    GateVerdict verdict = judge(id);

    assertThat(verdict.blocked()).extracting(CheckResult.Blocked::check).containsExactly("files");
    assertThatThrownBy(() -> publications.force(verdict, REASON))
        .isInstanceOf(DamagedGenerationException.class);
    assertThat(store.currentId()).isEmpty();
    PublicationEntry entry = new PublicationLog(store.root()).last(id).orElseThrow();
    assertThat(entry.failure()).contains("model/config.json");
    assertThat(entry.forced()).isFalse();
  }

  @Test
  void aVerdictBesideAnotherLiveGenerationIsOutdated() throws IOException {
    String first = build(WORLD.night(0, 1));
    GateVerdict ofFirst = judge(first);
    GateVerdict ofSecond = judge(build(WORLD.night(1, 2)));
    publications.publish(ofFirst);

    assertThatThrownBy(() -> publications.publish(ofSecond))
        .isInstanceOf(OutdatedVerdictException.class)
        .hasMessageContaining(first);
    assertThat(store.currentId()).contains(first);
  }

  @Test
  void aDamagedLiveGenerationDoesNotStandInTheWay() throws IOException {
    String live = build(WORLD.night(0, 1));
    publications.publish(judge(live));
    Files.delete(store.root().resolve(live).resolve("model/config.json"));
    GateVerdict verdict = judge(build(WORLD.night(1, 2)));

    assertThat(verdict.result("live-generation")).get().isInstanceOf(CheckResult.Warned.class);
    publications.publish(verdict);
    assertThat(store.currentId()).contains(verdict.generation());
  }

  @Test
  void aLineCutByACrashIsPassedOver() throws IOException {
    publications.publish(judge(build(WORLD.night(0, 1))));
    Path log = store.root().resolve(PublicationLog.FILE);
    Files.writeString(log, "{\"at\":\"2026-03", StandardOpenOption.APPEND);
    publications.publish(judge(build(WORLD.night(1, 2))));

    assertThat(new PublicationLog(store.root()).entries()).hasSize(2);
  }

  @Test
  void boundsAreConfiguration() throws IOException {
    String id = build(WORLD.night(0, 1));
    GateSettings strict =
        GateSettings.of(
            List.of(SettingSource.commandLine(Map.of("gate.min-popularity-ratio", "50"))));

    assertThat(gate(strict).judge(store, id).blocked())
        .extracting(CheckResult.Blocked::check)
        .containsExactly("beats-popularity");
  }

  @Test
  void tooFewGoldenUsersWarnAndLeaveTheRestToTheOtherChecks() throws IOException {
    GateVerdict verdict = judge(build(new GateWorld(4, 300, 20, 0, 0).night(0, 1)));

    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.result("golden-users")).get().isInstanceOf(CheckResult.Warned.class);
    assertThat(verdict.result("recall@100")).get().isInstanceOf(CheckResult.Skipped.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "because", "two lines of\nreason"})
  void aReasonThatSaysNothingIsRefused(String text) {
    assertThatThrownBy(() -> new ForceReason(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be one line of 10..500 characters");
  }

  private String build(Night night) throws IOException {
    return night.build(store, folder);
  }

  private GateVerdict judge(String id) throws IOException {
    return gate(GateSettings.of(List.of())).judge(store, id);
  }

  private static PublishGate gate(GateSettings settings) {
    return new PublishGate(settings, EngineChoice.of(Engine.REFERENCE).withThreads(1), 2);
  }
}
