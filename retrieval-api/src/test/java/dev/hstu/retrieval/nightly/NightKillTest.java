package dev.hstu.retrieval.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A second night killed at random moments, again and again, ends with the content of one that was
/// never killed, and whatever is published meanwhile is whole.
class NightKillTest {

  /// Checkpoints after every step, so that a kill in training finds something to resume.
  private static final Map<String, String> SETTINGS =
      Map.of("train.checkpoint-seconds", "0", "train.epochs", "3");

  @TempDir private Path folder;

  @Test
  void aKilledNightEndsWithTheSameContent() throws Exception {
    kill(3, new SplittableRandom(11));
  }

  @Test
  @Tag("soak")
  void aNightKilledFortyTimesEndsWithTheSameContent() throws Exception {
    kill(40, new SplittableRandom(12));
  }

  private void kill(int kills, SplittableRandom random) throws Exception {
    NightWorld whole = twoDays("whole");
    int reports = reports(whole);
    NightWorld killed = twoDays("killed");
    Optional<String> yesterday = killed.store().currentId();
    String night = "";
    int done = 0;
    while (done < kills) {
      killOne(killed, 1 + random.nextInt(reports));
      requireWhole(killed);
      NightJournal journal = killed.journal();
      if (journal.ending() == null) {
        // The same night goes on.
        assertThat(night).isIn("", journal.night());
        night = journal.night();
      } else if (!killed.store().currentId().equals(yesterday)) {
        assertThat(killed.published()).isEqualTo(whole.published());
        killed = twoDays("killed-" + done);
        yesterday = killed.store().currentId();
        night = "";
      }
      done++;
    }
    assertThat(killed.night(SETTINGS, NightListener.NONE))
        .isInstanceOf(NightOutcome.Published.class);
    assertThat(killed.published()).isEqualTo(whole.published());
    requireWhole(killed);
  }

  /// A world after its first night, with the second day come in.
  private NightWorld twoDays(String name) throws IOException {
    NightWorld world = new NightWorld(folder.resolve(name));
    world.firstDay();
    assertThat(world.night(SETTINGS, NightListener.NONE))
        .isInstanceOf(NightOutcome.Published.class);
    world.secondDay();
    return world;
  }

  /// Runs the second night wholly and counts what it reports.
  private static int reports(NightWorld world) throws IOException {
    int[] count = {0};
    NightListener counter =
        new NightListener() {
          @Override
          public void onStep(NightStep step) {
            count[0]++;
          }

          @Override
          public void at(NightStep step, double share, double secondsLeft, String note) {
            count[0]++;
          }

          @Override
          public void onStepDone(FinishedStep step) {
            count[0]++;
          }
        };
    assertThat(world.night(SETTINGS, counter)).isInstanceOf(NightOutcome.Published.class);
    return count[0];
  }

  private static void killOne(NightWorld world, int afterReports) throws Exception {
    Process process =
        NightProcess.start(world.configuration(SETTINGS), Instant.parse("2026-03-02T03:00:00Z"));
    try (InputStream progress = process.getInputStream()) {
      progress.readNBytes(afterReports);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /// What is published opens, every byte checked.
  private static void requireWhole(NightWorld world) throws IOException {
    String current = world.store().currentId().orElseThrow();
    world.store().open(current).close();
  }
}
