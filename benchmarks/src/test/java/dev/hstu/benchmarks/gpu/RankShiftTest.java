package dev.hstu.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.benchmarks.micro.SeededModel;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Proves that the count of moved ranks is 0 where precisions agree to float32's last digits, that
/// every cut and the overlap are reported, and that data of another catalogue is refused. What the
/// GPU's half precision gives is a measurement, not a test.
class RankShiftTest {

  private static final HstuConfig SHAPES = new HstuConfig(700, 20, 3, 16, 2, 8, 8, 2, 0.05, 1);
  private static final int USERS = 40;
  private static final EngineChoice REFERENCE = EngineChoice.of(Engine.REFERENCE);

  @TempDir private Path folder;

  @Test
  void noUserMovesBetweenFloat64AndFloat32() throws IOException {
    Model model = SeededModel.of(SHAPES, 5);
    List<Figure> figures = new ArrayList<>();

    boolean still =
        new RankShift(data(SHAPES.items()), model)
            .run(REFERENCE.withPrecision(Precision.FLOAT64), REFERENCE, figures::add);

    assertThat(still).isTrue();
    assertThat(figures).extracting(Figure::what).anyMatch(what -> what.contains("HR@500"));
    assertThat(figures.subList(0, 4)).allSatisfy(figure -> assertThat(figure.value()).isZero());
    assertThat(figures.getLast().value()).isGreaterThan(99.9);
  }

  @Test
  void dataOfAnotherCatalogueIsRefused() throws IOException {
    PreparedData data = data(SHAPES.items() + 1);
    Model model = SeededModel.of(SHAPES, 5);

    assertThatThrownBy(() -> new RankShift(data, model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the data has 701 items and the model 700; give the data it was trained on");
  }

  private PreparedData data(int items) throws IOException {
    List<UserHistory> histories = SeededModel.histories(SHAPES, USERS, 9, 3);
    long[] offsets = new long[USERS + 1];
    int[] rows = new int[USERS * 9];
    long[] times = new long[USERS * 9];
    for (int user = 0; user < USERS; user++) {
      System.arraycopy(histories.get(user).items(), 0, rows, user * 9, 9);
      System.arraycopy(histories.get(user).times(), 0, times, user * 9, 9);
      offsets[user + 1] = (user + 1) * 9L;
    }
    Path path = folder.resolve("data");
    PreparedData.write(
        path,
        new Provenance(List.of("seeded"), new TreeMap<>(), new Clock.Wall(), new TreeMap<>(), 0, 0),
        new InteractionLog(offsets, rows, times, new float[rows.length]),
        IdTable.ofLongs(LongStream.rangeClosed(1, USERS).toArray()),
        IdTable.ofLongs(LongStream.rangeClosed(1, items).toArray()),
        AttributeTable.withoutColumns(items));
    return PreparedData.open(path);
  }
}
