package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// An ensemble's members are the networks that their seeds give alone, a killed training goes on at
/// the member and step where it was and ends with the same bits, and nothing of another training is
/// taken for its own.
class EnsembleTrainerTest {

  private static final int MEMBERS = 3;

  /// Steps of one member of [TinyTraining].
  private static final int STEPS = 12;

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void nameModel() {
    out = folder.resolve("model");
  }

  @Test
  void membersAreTheNetworksThatTheirSeedsGive() throws IOException {
    EnsembleResult result = train(out, settings());
    assertThat(result.trained()).hasSize(MEMBERS);
    assertThat(Trainer.stateFolder(out)).doesNotExist();
    try (OpenModel open = ModelFolder.open(out)) {
      assertThat(open.model().fingerprint()).isEqualTo(result.fingerprint());
      List<String> members =
          open.model().networks().stream().map(NetworkModel::fingerprint).toList();
      for (int i = 0; i < MEMBERS; i++) {
        TrainingSettings alone =
            settings().withMembers(1).withSeed(TinyTraining.settings().seed() + i);
        assertThat(members.get(i)).isEqualTo(trainAlone("alone" + i, alone).fingerprint());
      }
      assertThat(members).doesNotHaveDuplicates();
    }
  }

  /// In the first member before its checkpoint, within and at the end of members.
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 12", "2, 1", "2, 7", "3, 11"})
  void aKilledTrainingGoesOnAtItsMemberAndStepToTheSameBits(int member, int step)
      throws IOException {
    String expected = train(folder.resolve("whole"), settings()).fingerprint();
    killAfter(member, step, settings().withCheckpointSeconds(0));
    assertThat(out).doesNotExist();
    assertThat(EnsembleTrainer.memberFolder(out, member)).doesNotExist();

    EnsembleResult resumed = train(out, settings());
    assertThat(resumed.fingerprint()).isEqualTo(expected);
    assertThat(resumed.trained()).hasSize(MEMBERS - member + 1);
    assertThat(resumed.trained().getFirst().plan().resumedAtStep()).isEqualTo(step);
    assertThat(resumed.trained().getLast().plan().settings().seed()).isEqualTo(44);
  }

  @Test
  void aTrainingKilledBeforeTheEnsembleWasWrittenTrainsNothingAgain() throws IOException {
    EnsembleTarget failing =
        new EnsembleTarget(
            out,
            members -> {
              assertThat(members).hasSize(MEMBERS).allSatisfy(path -> assertThat(path).exists());
              throw new Killed();
            },
            false);
    assertThatThrownBy(() -> train(failing, settings(), 0, 0)).isInstanceOf(Killed.class);
    assertThat(out).doesNotExist();
    EnsembleResult resumed = train(out, settings());
    assertThat(resumed.trained()).isEmpty();
    assertThat(resumed.fingerprint())
        .isEqualTo(train(folder.resolve("whole"), settings()).fingerprint());
  }

  @Test
  void companionsAreMadeOfTheMembersOwn() throws IOException {
    EnsembleTarget told =
        new EnsembleTarget(
            out,
            members -> {
              List<String> notes = new ArrayList<>();
              for (Path member : members) {
                notes.add(Files.readString(member.resolve("note")));
              }
              return Map.of("notes", String.join(" ", notes).getBytes(StandardCharsets.UTF_8));
            },
            false);
    train(told, settings(), 0, 0);
    assertThat(out.resolve("notes")).hasContent("seed42 seed43 seed44");
  }

  @Test
  void membersOfAnotherRecipeLengthOrDataAreRefused() {
    TrainingSettings often = settings().withCheckpointSeconds(0);
    killAfter(2, 3, often);
    assertThatThrownBy(() -> train(out, often.withDropout(0.5)))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("member-1 was begun with dropout=0.2")
        .hasMessageContaining("--restart");
    assertThatThrownBy(() -> train(out, often.withEpochs(4)))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("member-1 was begun with epochs=3 and this run has 4");
    assertThatThrownBy(
            () ->
                EnsembleTrainer.train(
                    TinyTraining.data(2), often, target(out, false), member -> quiet()))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("other data");
  }

  @Test
  void moreMembersGoOnFromThoseThatThereAre() throws IOException {
    killAfter(3, 2, settings().withCheckpointSeconds(0));
    EnsembleResult more = train(out, settings().withMembers(4));
    assertThat(more.trained()).hasSize(2);
    assertThat(more.fingerprint())
        .isEqualTo(train(folder.resolve("whole"), settings().withMembers(4)).fingerprint());
  }

  @Test
  void aRestartTrainsAllMembersAnew() throws IOException {
    killAfter(2, 3, settings().withCheckpointSeconds(0));
    EnsembleResult anew =
        EnsembleTrainer.train(
            TinyTraining.data(1), settings(), target(out, true), member -> quiet());
    assertThat(anew.trained())
        .hasSize(MEMBERS)
        .allSatisfy(result -> assertThat(result.plan().resumedAtStep()).isZero());
  }

  @Test
  void anEnsembleAndANetworkDontTakeEachOthersState() throws IOException {
    killAfter(1, 3, settings().withCheckpointSeconds(0));
    assertThatThrownBy(() -> trainAlone("model", TinyTraining.settings()))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("holds the training of an ensemble");
    Path single = folder.resolve("single");
    assertThatThrownBy(
            () ->
                Trainer.train(
                    TinyTraining.data(1),
                    TinyTraining.settings().withCheckpointSeconds(0),
                    TrainingTarget.of(single),
                    killer(3),
                    ModelSelection.LAST_EPOCH))
        .isInstanceOf(Killed.class);
    assertThatThrownBy(() -> train(single, settings()))
        .isInstanceOf(CheckpointMismatchException.class)
        .hasMessageContaining("holds the training of one network");
  }

  @Test
  void anExistingModelIsRefusedBeforeAnyWork() throws IOException {
    Files.createDirectory(out);
    assertThatThrownBy(() -> train(out, settings())).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(Trainer.stateFolder(out)).doesNotExist();
  }

  @Test
  void oneNetworkAndSeveralAreTrainedByTheirOwn() {
    assertThatThrownBy(() -> train(out, settings().withMembers(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("members=1 must be at least 2");
    assertThatThrownBy(() -> trainAlone("model", settings()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("members=3 must be 1");
  }

  /// The next night: each member goes on from itself and its own moments, and a kill changes
  /// nothing.
  @Test
  void anEnsembleIsTrainedOnMemberByMember() throws IOException {
    EnsembleTrainer.train(
        TinyTraining.data(1), settings(), target(out, false), member -> keeping("first", member));
    try (OpenModel open = ModelFolder.open(out)) {
      List<NetworkModel> networks = open.model().networks();
      Path next = folder.resolve("next");
      Path resumed = folder.resolve("resumed");
      String expected = goOn(next, networks, 0, 0).fingerprint();
      assertThatThrownBy(() -> goOn(resumed, networks, 2, 5)).isInstanceOf(Killed.class);
      EnsembleResult result = goOn(resumed, networks, 0, 0);
      assertThat(result.trained()).hasSize(2);
      assertThat(result.fingerprint()).isEqualTo(expected).isNotEqualTo(open.model().fingerprint());
    }
  }

  private EnsembleResult goOn(
      Path model, List<NetworkModel> networks, int killedMember, int killedStep)
      throws IOException {
    return EnsembleTrainer.train(
        TinyTraining.data(3),
        settings().withCheckpointSeconds(0),
        target(model, false),
        member -> {
          NetworkModel own = networks.get(member - 1);
          return new MemberTraining(
              TrainingStart.from(own, TrainingState.read(folder.resolve("first-" + member), own)),
              killer(member == killedMember ? killedStep : 0),
              ModelSelection.LAST_EPOCH,
              result -> Map.of(),
              null);
        });
  }

  private MemberTraining keeping(String name, int member) {
    return new MemberTraining(
        TrainingStart.ANEW,
        killer(0),
        ModelSelection.LAST_EPOCH,
        result -> Map.of(),
        folder.resolve(name + "-" + member));
  }

  private static TrainingSettings settings() {
    return TinyTraining.settings().withMembers(MEMBERS);
  }

  private static EnsembleTarget target(Path model, boolean restart) {
    return new EnsembleTarget(model, members -> Map.of(), restart);
  }

  private static MemberTraining quiet() {
    return member(killer(0));
  }

  private static MemberTraining member(TrainingListener listener) {
    return new MemberTraining(
        TrainingStart.ANEW,
        listener,
        ModelSelection.LAST_EPOCH,
        result ->
            Map.of(
                "note",
                ("seed" + result.plan().settings().seed()).getBytes(StandardCharsets.UTF_8)),
        null);
  }

  private EnsembleResult train(Path model, TrainingSettings settings) throws IOException {
    return train(target(model, false), settings, 0, 0);
  }

  private static EnsembleResult train(
      EnsembleTarget target, TrainingSettings settings, int killedMember, int killedStep)
      throws IOException {
    return EnsembleTrainer.train(
        TinyTraining.data(1),
        settings,
        target,
        member -> member(killer(member == killedMember ? killedStep : 0)));
  }

  private void killAfter(int member, int step, TrainingSettings settings) {
    assertThat(step).isLessThanOrEqualTo(STEPS);
    assertThatThrownBy(() -> train(target(out, false), settings, member, step))
        .isInstanceOf(Killed.class);
  }

  private TrainingResult trainAlone(String name, TrainingSettings settings) throws IOException {
    return Trainer.train(
        TinyTraining.data(1),
        settings,
        TrainingTarget.of(folder.resolve(name)),
        new TrainingListener() {},
        ModelSelection.LAST_EPOCH);
  }

  /// @param step 0 for never
  private static TrainingListener killer(int step) {
    return new TrainingListener() {
      @Override
      public void onStep(StepProgress progress) {
        if (progress.step() == step) {
          throw new Killed();
        }
      }
    };
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
