package dev.hstu.retrieval.nightly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nights follow each other: the second knows what is new, the same night gives the same content,
/// and a night that can't be published changes nothing but its report.
class NightlyTest {

  @TempDir private Path folder;
  private NightWorld world;

  @BeforeEach
  void simulate() throws IOException {
    world = new NightWorld(folder.resolve("here"));
    world.firstDay();
  }

  @Test
  void theSecondNightGivesNewItemsRowsAndTheSameNightGivesTheSameContent() throws Exception {
    NightWorld there = new NightWorld(folder.resolve("there"));
    there.firstDay();
    for (NightWorld each : new NightWorld[] {world, there}) {
      assertThat(each.night(Map.of("build.evaluate", "true"), NightListener.NONE))
          .isInstanceOf(NightOutcome.Published.class);
    }
    assertThat(world.journal().done(NightStep.BUILD).figures())
        .containsKeys("index.exclude=all.hr@100", "index.exclude=all.hr@500");
    String first = world.published();
    assertThat(there.published()).isEqualTo(first);
    for (NightWorld each : new NightWorld[] {world, there}) {
      each.secondDay();
      assertThat(each.night()).isInstanceOf(NightOutcome.Published.class);
    }
    assertThat(world.published()).isNotEqualTo(first).isEqualTo(there.published());

    NightJournal second = world.journal();
    FinishedStep training = second.done(NightStep.TRAIN);
    assertThat(training.figure(TrainWork.NEW_ITEMS)).isEqualTo(world.newItems().size());
    assertThat(training.figure(TrainWork.LEFT_OUT)).isZero();
    assertThat(second.done(NightStep.IMPORT).figure(ImportWork.NEW_EVENTS)).isPositive();
    requireRetrievable(second);
  }

  /// Old items keep their rows; a new one is what a search for its own vector finds first.
  private void requireRetrievable(NightJournal second) throws IOException {
    NightArchive archive = NightArchive.open(world.work());
    String before = second.plan().previous();
    assertThat(before).isNotNull();
    try (OpenModel old = ModelFolder.open(archive.folder(before).model());
        OpenModel grown = ModelFolder.open(archive.folder(second.night()).model());
        Generation live = world.store().open(world.store().currentId().orElseThrow())) {
      IdTable known = old.model().vocabulary();
      for (int row = 0; row < known.size(); row++) {
        assertThat(live.ids().idAt(row)).isEqualTo(known.idAt(row));
      }
      float[] vector = new float[live.manifest().dimension()];
      Candidates found = new Candidates(1);
      for (String item : world.newItems()) {
        assertThat(known.rowOf(item)).isEqualTo(IdTable.NOT_FOUND);
        int row = live.ids().rowOf(item);
        grown.model().copyItemVector(row + 1, vector, 0);
        live.index().search(vector, 1, ItemFilter.all(), SearchOptions.DEFAULT, found);
        assertThat(live.ids().idAt(found.row(0))).isEqualTo(item);
      }
    }
  }

  @Test
  void embedOnlyKeepsTheModelAndSaysWhatIsLeftOut() throws Exception {
    world.night();
    world.secondDay();
    NightOutcome outcome = world.night(Map.of("train.mode", "embed-only"), NightListener.NONE);
    assertThat(outcome).isInstanceOf(NightOutcome.Published.class);
    FinishedStep training = world.journal().done(NightStep.TRAIN);
    assertThat(training.figure(TrainWork.LEFT_OUT)).isEqualTo(world.newItems().size());
    assertThat(training.remarks()).anyMatch(remark -> remark.contains("are new to the model"));
    // The optimiser's state came along, so the next night trains on.
    assertThat(world.night()).isInstanceOf(NightOutcome.Published.class);
    assertThat(world.journal().done(NightStep.TRAIN).figure(TrainWork.NEW_ITEMS))
        .isEqualTo(world.newItems().size());
  }

  /// Each member goes on from itself: old items keep their rows, new ones get theirs, and the same
  /// night killed within its second member gives the same content.
  @Test
  void anEnsembleIsTrainedOnNightByNight() throws Exception {
    Map<String, String> two = Map.of("train.members", "2", "train.checkpoint-seconds", "0");
    NightWorld killed = new NightWorld(folder.resolve("killed"));
    killed.firstDay();
    for (NightWorld each : new NightWorld[] {world, killed}) {
      assertThat(each.night(two, NightListener.NONE)).isInstanceOf(NightOutcome.Published.class);
      each.secondDay();
    }
    assertThat(world.night(two, NightListener.NONE)).isInstanceOf(NightOutcome.Published.class);
    NightJournal second = world.journal();
    assertThat(second.done(NightStep.TRAIN).figure(TrainWork.NEW_ITEMS))
        .isEqualTo(world.newItems().size());
    requireRetrievable(second);
    NightFolder night = NightArchive.open(world.work()).folder(second.night());
    assertThat(night.trainingStates()).hasSize(2);
    try (OpenModel open = ModelFolder.open(night.model())) {
      assertThat(open.model().networks()).hasSize(2);
    }
    JsonNode record = new ObjectMapper().readTree(night.model().resolve("training.json").toFile());
    assertThat(record.path("members").asInt()).isEqualTo(2);

    NightListener breaking =
        new NightListener() {
          @Override
          public void at(NightStep step, double share, double secondsLeft, String note) {
            if (note.startsWith("member 2 of 2")) {
              throw new IllegalStateException("planted");
            }
          }
        };
    assertThat(killed.night(two, breaking)).isInstanceOf(NightOutcome.Interrupted.class);
    assertThat(killed.night(two, NightListener.NONE)).isInstanceOf(NightOutcome.Published.class);
    assertThat(killed.published()).isEqualTo(world.published());

    // Kept as it is, the states of its members too.
    Map<String, String> kept = Map.of("train.members", "2", "train.mode", "embed-only");
    assertThat(world.night(kept, NightListener.NONE)).isInstanceOf(NightOutcome.Published.class);
    assertThat(NightArchive.open(world.work()).folder(world.journal().night()).trainingStates())
        .hasSize(2);
  }

  @Test
  void aNewModelReadsTheFeaturesThatAreAskedForAndLaterNightsKeepThem() throws Exception {
    assertThat(world.night(Map.of("train.features", "all"), NightListener.NONE))
        .isInstanceOf(NightOutcome.Published.class);
    ModelFeatures read = features();
    assertThat(read.itemLabels()).isNotEmpty();

    world.secondDay();
    assertThat(world.night()).isInstanceOf(NightOutcome.Published.class);
    assertThat(features()).isEqualTo(read);
  }

  private ModelFeatures features() throws IOException {
    Path model = NightArchive.open(world.work()).folder(world.journal().night()).model();
    try (OpenModel open = ModelFolder.open(model)) {
      return open.model().config().features();
    }
  }

  @Test
  void anotherNumberOfMembersIsRefusedWithTheMend() throws Exception {
    world.night();
    NightOutcome outcome = world.night(Map.of("train.members", "3"), NightListener.NONE);
    assertThat(outcome).isInstanceOf(NightOutcome.Failed.class);
    assertThat(outcome.report().reason())
        .contains("train.members=3 must be 1, the networks of the model to go on from");
  }

  @Test
  void aFileThatCannotBeReadFailsTheNightAndYesterdayServesOn() throws Exception {
    world.night();
    String yesterday = world.store().currentId().orElseThrow();
    world.secondDay();
    Path bad = world.inbox().resolve("2026-03-02.csv");
    Files.writeString(bad, "user_id,item_id,rating,timestamp\nu1,not a time,x\n,,,\n");

    NightOutcome outcome = world.night(Map.of("input.max-bad-share", "0"), NightListener.NONE);

    assertThat(outcome).isInstanceOf(NightOutcome.Failed.class);
    assertThat(outcome.report().reason()).contains("are bad").contains("2026-03-02.csv");
    requireFailed(yesterday, "import");
    // Mended, the next night takes in both days.
    Files.delete(bad);
    assertThat(world.night()).isInstanceOf(NightOutcome.Published.class);
    assertThat(world.journal().plan().sources()).hasSize(2);
  }

  @Test
  void aGenerationThatTheGateBlocksStaysUnpublished() throws Exception {
    world.night();
    String yesterday = world.store().currentId().orElseThrow();
    world.secondDay();
    NightOutcome outcome =
        world.night(
            Map.of("gate.min-golden-users", "1", "gate.min-popularity-ratio", "100"),
            NightListener.NONE);
    assertThat(outcome).isInstanceOf(NightOutcome.Blocked.class);
    assertThat(outcome.report().reason()).contains("is blocked by");
    requireFailed(yesterday, "gate");
    // The bounds mended, the next night trains on from the one that serves.
    String serving = NightArchive.open(world.work()).journals().getLast().night();
    assertThat(world.night()).isInstanceOf(NightOutcome.Published.class);
    assertThat(world.journal().plan().previous()).isEqualTo(serving);
  }

  @Test
  void aNightThatWouldExceedTheDiskStopsBeforeItWrites() throws Exception {
    world.night();
    String yesterday = world.store().currentId().orElseThrow();
    world.secondDay();
    Path ballast = world.work().resolve("ballast");
    Files.write(ballast, new byte[17 << 20]);
    NightOutcome outcome = world.night(Map.of("disk", "17m"), NightListener.NONE);
    assertThat(outcome).isInstanceOf(NightOutcome.Failed.class);
    assertThat(outcome.report().reason())
        .contains("import may need")
        .contains("of disk=17.0 MiB the work folder and the generations hold");
    requireFailed(yesterday, "import");
    assertThat(NightArchive.open(world.work()).folder(world.journal().night()).data())
        .doesNotExist();
  }

  @Test
  void aChangedFileOfTheNightBeforeIsRefused() throws Exception {
    world.night();
    Files.writeString(world.inbox().resolve("2026-02-28.csv"), "user_id,item_id,timestamp\n");
    NightOutcome outcome = world.night();
    assertThat(outcome).isInstanceOf(NightOutcome.Failed.class);
    assertThat(outcome.report().reason())
        .contains("2026-02-28.csv, which the night before has read, was changed or removed");
  }

  @Test
  void anotherRecipeIsRefusedWithBothShapes() throws Exception {
    world.night();
    String yesterday = world.store().currentId().orElseThrow();
    NightOutcome outcome = world.night(Map.of("train.preset", "hstu"), NightListener.NONE);
    assertThat(outcome).isInstanceOf(NightOutcome.Failed.class);
    assertThat(outcome.report().reason())
        .contains("the model to start from has")
        .contains("embeddingDim=32")
        .contains("embeddingDim=50");
    requireFailed(yesterday, "train");
  }

  @Test
  void aRollbackIsARollbackOfTheModelToo() throws Exception {
    world.night();
    String first = world.journal().night();
    world.secondDay();
    world.night();
    world.store().rollback();
    world.night();
    assertThat(world.journal().plan().previous()).isEqualTo(first);
  }

  @Test
  void aSecondRunIsRefusedAndNamesTheHolder() throws Exception {
    Files.createDirectories(world.work());
    try (DirectoryLock lock = DirectoryLock.acquire(world.work())) {
      assertThat(lock.directory()).exists();
      assertThatThrownBy(world::night)
          .isInstanceOf(DirectoryLockedException.class)
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
    }
  }

  @Test
  void aNightThatBreaksIsResumedAndClosedWhenItBreaksTooOften() throws Exception {
    NightListener breaking =
        new NightListener() {
          @Override
          public void at(NightStep step, double share, double secondsLeft, String note) {
            if (step == NightStep.EMBED) {
              throw new IllegalStateException("planted");
            }
          }
        };
    NightOutcome outcome = world.night(Map.of("max-breaks", "3"), breaking);
    assertThat(outcome).isInstanceOf(NightOutcome.Interrupted.class);
    assertThat(outcome.report().summary()).contains("the next run goes on with it");
    String night = world.journal().night();
    assertThat(world.night(Map.of(), NightListener.NONE))
        .isInstanceOf(NightOutcome.Published.class);
    assertThat(world.journal().night()).isEqualTo(night);

    world.night(Map.of(), breaking);
    world.night(Map.of(), breaking);
    assertThat(world.night(Map.of(), breaking)).isInstanceOf(NightOutcome.Failed.class);
    assertThat(world.journal().ending()).isNotNull();
  }

  @Test
  void anUnfinishedNightOfAnotherConfigurationIsClosed() throws Exception {
    NightListener breaking =
        new NightListener() {
          @Override
          public void onStep(NightStep step) {
            if (step == NightStep.TRAIN) {
              throw new IllegalStateException("planted");
            }
          }
        };
    world.night(Map.of(), breaking);
    String abandoned = world.journal().night();
    world.night(Map.of("train.seed", "43"), NightListener.NONE);
    NightArchive archive = NightArchive.open(world.work());
    assertThat(archive.journals()).hasSize(2);
    NightEnding ending = archive.journals().getLast().ending();
    assertThat(archive.journals().getLast().night()).isEqualTo(abandoned);
    assertThat(ending).isNotNull();
    assertThat(ending.reason()).contains("configuration was changed");
  }

  @Test
  void oldWorkGoesAndJournalsStay() throws Exception {
    Map<String, String> keep = Map.of("keep.nights", "1", "keep.generations", "1");
    for (int i = 0; i < 4; i++) {
      assertThat(world.night(keep, NightListener.NONE)).isInstanceOf(NightOutcome.Published.class);
    }
    NightArchive archive = NightArchive.open(world.work());
    assertThat(archive.journals()).hasSize(4);
    int withModel = 0;
    for (NightJournal journal : archive.journals()) {
      withModel += Files.exists(archive.folder(journal.night()).model()) ? 1 : 0;
      assertThat(archive.folder(journal.night()).reportHtml()).exists();
    }
    // The current night's and the one a rollback goes to.
    assertThat(withModel).isEqualTo(2);
    assertThat(world.store().list()).hasSize(2);
  }

  @Test
  void failedNightsDoNotPileUp() throws Exception {
    Map<String, String> blocked =
        Map.of(
            "gate.min-golden-users", "1",
            "gate.min-popularity-ratio", "100",
            "keep.nights", "1",
            "keep.generations", "1");
    for (int i = 0; i < 3; i++) {
      assertThat(world.night(blocked, NightListener.NONE)).isInstanceOf(NightOutcome.Blocked.class);
    }
    NightArchive archive = NightArchive.open(world.work());
    int withModel = 0;
    for (NightJournal journal : archive.journals()) {
      withModel += Files.exists(archive.folder(journal.night()).model()) ? 1 : 0;
    }
    // The last one's, and that of the one before, which was the youngest when it began.
    assertThat(withModel).isEqualTo(2);
    assertThat(world.store().list()).hasSize(2);
  }

  private void requireFailed(String serving, String step) throws IOException {
    assertThat(world.store().currentId()).contains(serving);
    JsonNode report = new ObjectMapper().readTree(world.work().resolve("latest.json").toFile());
    assertThat(report.path("state").asText()).isEqualTo("failed");
    assertThat(report.path("failed_step").asText()).isEqualToIgnoringCase(step);
    assertThat(report.path("serving").asText()).isEqualTo(serving);
    assertThat(report.path("reason").asText()).isNotBlank();
    assertThat(Files.readString(world.work().resolve("latest.html")))
        .contains("failed at " + step, serving)
        .doesNotContain("http:", "https:", "<script");
  }
}
