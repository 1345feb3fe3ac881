package dev.hstu.retrieval.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Of what is said of a user's slow series the changes are kept, whatever order it comes in and
/// however often; beyond the bound the oldest go, but the newest of each series.
final class StoredAttributesTest {

  private static final int MANY = 1_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void packedEntriesAreTheSameOnceRead(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 100; i++) {
      StoredAttributes some = StoredAttributes.NONE.with(randomEntries(random), MANY).all();
      StoredAttributes read = StoredAttributes.ofPacked(some.packed());
      assertThat(read.entries()).isEqualTo(some.entries());
      assertThat(read.count()).isEqualTo(some.count()).isEqualTo(some.entries().size());
      assertThat(read.packed()).isEqualTo(some.packed());
      byte[] record = new UserRecord.Attributes("ü", some).encode();
      assertThat(Arrays.copyOfRange(record, record.length - some.packed().length, record.length))
          .isEqualTo(some.packed());
    }
  }

  @Test
  void bytesThatAreNoEntriesAreRefused() {
    byte[] packed = with(StoredAttributes.NONE, MANY, said("language", "de", 5)).packed();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoredAttributes.ofPacked(Arrays.copyOf(packed, packed.length - 1)))
        .withMessageContaining("end early");
  }

  @Test
  void ofARunOfEqualValuesTheFirstIsKept() {
    StoredAttributes stored =
        with(
            StoredAttributes.NONE,
            MANY,
            said("language", "de", 30),
            said("language", "de", 10),
            said("language", "en", 20),
            said("language", "en", 25),
            said("town", "Bern", 22),
            said("language", "de", null));
    assertThat(stored.entries())
        .containsExactly(
            said("language", "de", null),
            said("language", "en", 20),
            said("town", "Bern", 22),
            said("language", "de", 30));
    // A change before an equal one takes its place.
    assertThat(with(stored, MANY, said("town", "Bern", 3)).entries())
        .contains(said("town", "Bern", 3))
        .doesNotContain(said("town", "Bern", 22));
    // What holds already isn't kept.
    assertThat(StoredAttributes.NONE.with(stored.entries(), MANY).added()).isEqualTo(4);
    StoredAttributes.Merged again = stored.with(List.of(said("town", "Bern", 40)), MANY);
    assertThat(again.all()).isSameAs(stored);
    assertThat(again.added()).isZero();
  }

  @Test
  void beyondTheBoundTheOldestGoButTheNewestOfEachSeries() {
    StoredAttributes stored =
        with(
            StoredAttributes.NONE,
            3,
            said("town", "Bern", 1),
            said("language", "de", 2),
            said("language", "en", 3),
            said("language", "fr", 4),
            said("language", "de", 5));
    assertThat(stored.entries())
        .containsExactly(
            said("town", "Bern", 1), said("language", "fr", 4), said("language", "de", 5));
    // Dropped ones sent again would make other runs; they are not taken.
    assertThat(stored.with(List.of(said("language", "de", 2), said("language", "fr", 3)), 3).all())
        .isSameAs(stored);
    // More series than room: those that are there stay, then those that changed last.
    assertThat(with(stored, 3, said("shoe", "43", 6), said("plan", "free", 7)).entries())
        .containsExactly(
            said("town", "Bern", 1), said("language", "de", 5), said("plan", "free", 7));
    assertThat(stored.with(List.of(), 1).all().entries())
        .as("a bound that was lowered")
        .containsExactly(said("language", "de", 5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void orderDoesNotMatterAndSentAgainNothingChanges(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      int most = 1 + random.nextInt(12);
      List<List<AttributeEntry>> batches = new ArrayList<>();
      StoredAttributes stored = StoredAttributes.NONE;
      for (int b = 0; b < 4; b++) {
        List<AttributeEntry> batch = randomEntries(random);
        batches.add(batch);
        List<AttributeEntry> shuffled = new ArrayList<>(batch);
        Collections.shuffle(shuffled, new Random(random.nextLong()));
        List<AttributeEntry> inOrder = stored.with(batch, most).all().entries();
        stored = stored.with(shuffled, most).all();
        assertThat(stored.entries()).isEqualTo(inOrder).hasSizeLessThanOrEqualTo(most);
        assertThat(stored.with(batch, most).all())
            .as("batch %d of case %d of seed %d sent again", b, i, seed)
            .isSameAs(stored);
      }
    }
  }

  private static List<AttributeEntry> randomEntries(SplittableRandom random) {
    List<AttributeEntry> entries = new ArrayList<>();
    for (int i = random.nextInt(10); i > 0; i--) {
      entries.add(
          said(
              "sériés-" + random.nextInt(4),
              "v" + random.nextInt(3),
              random.nextInt(6) == 0 ? null : random.nextInt(12)));
    }
    return entries;
  }

  private static StoredAttributes with(
      StoredAttributes stored, int most, AttributeEntry... entries) {
    return stored.with(List.of(entries), most).all();
  }

  private static AttributeEntry said(String name, String value, Integer since) {
    return new AttributeEntry(name, value, since == null ? null : since.longValue());
  }
}
