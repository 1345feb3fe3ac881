package dev.hstu.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every method against a running service, as a pipeline would use it.
class RetrievalClientTest {

  private static final long NOW = 1_700_000_600;

  @TempDir static Path folder;
  private static String first;
  private static String generation;
  private static RunningService service;
  private static RetrievalClient client;

  @BeforeAll
  static void serve() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    first = generations.publish(1);
    generation = generations.publish(2);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "updates.enabled",
                    "true",
                    "users.folder",
                    folder.resolve("users").toString())));
    service.awaitReady(Duration.ofSeconds(30));
    client = RetrievalClient.of(service.address()).deadline(Duration.ofSeconds(30)).build();
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  @Test
  void retrievesWhatItAsksFor() {
    RetrieveAnswer answer = client.retrieve(request(3).k(7).excluding(List.of(id(5))));

    assertThat(answer.candidates())
        .hasSize(7)
        .extracting(RetrieveAnswer.Candidate::itemId)
        .doesNotContain(id(3), id(5));
    assertThat(answer.candidates().getFirst().score())
        .isGreaterThanOrEqualTo(answer.candidates().getLast().score());
    assertThat(answer.requestTime()).isEqualTo(NOW);
    assertThat(answer.validUntil()).isGreaterThan(NOW);
    assertThat(answer.timings().totalMicros()).isPositive();
    assertThat(client.retrieve(request(3).k(1000).includingSeen()).shortfall()).isNotNull();
    assertThat(client.isReady()).isTrue();
  }

  @Test
  void saysWhyAnItemIsNotAmongThem() {
    Explanation explanation = client.explain(request(3).k(1), id(3));

    assertThat(explanation.returned()).isFalse();
    assertThat(explanation.verdict().cause()).isEqualTo("seen");
    assertThat(explanation.closest()).isNotEmpty();
  }

  @Test
  void everyKindOfFilterIsUnderstood() {
    client.registerSet("blocked", List.of(id(1), id(6)));
    Filter filter =
        Filter.all(
            Filter.in("genres", "g1", "g2"),
            Filter.range("year", 1980.0, null),
            Filter.any(Filter.not(Filter.set("blocked")), Filter.only(List.of(id(6)))));

    List<String> ids =
        client.retrieve(request(3).k(1000).filter(filter)).candidates().stream()
            .map(RetrieveAnswer.Candidate::itemId)
            .toList();

    assertThat(ids).contains(id(6), id(2), id(7)).doesNotContain(id(1), id(5));
    assertThat(client.sets().sets()).extracting(NamedSets.NamedSet::name).contains("blocked");
    client.deleteSet("blocked");
    assertThat(client.sets().sets()).isEmpty();
  }

  @Test
  void aRefusalIsAnExceptionWithItsProblem() {
    assertThatThrownBy(() -> client.retrieve(request(3).k(0)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().kind()).isEqualTo("out-of-range");
              assertThat(e.problem().status()).isEqualTo(400);
              assertThat(e.problem().field()).isEqualTo("/k");
              assertThat(e.traceId()).matches("[0-9a-f]{32}");
              assertThat(e).hasMessageContaining("k=0 must be within 1..1000");
            });
  }

  @Test
  void aBatchIsAnsweredInOrderWhileItIsStillBeingMade() {
    AtomicInteger made = new AtomicInteger();
    Stream<RetrieveRequest> requests =
        IntStream.range(0, 1_000)
            .mapToObj(
                i -> {
                  made.incrementAndGet();
                  return request(i % 300).k(i == 70 ? 0 : 3);
                });
    List<BatchAnswer> answers = new ArrayList<>();
    try (Stream<BatchAnswer> stream = client.retrieveBatch(requests)) {
      stream.limit(200).forEach(answers::add);
    }

    assertThat(made).as("requests asked for, of 1,000").hasValueLessThan(500);
    assertThat(answers).hasSize(200);
    for (int i = 0; i < answers.size(); i++) {
      switch (answers.get(i)) {
        case BatchAnswer.Answered(RetrieveRequest request, RetrieveAnswer answer) -> {
          assertThat(request).isEqualTo(request(i % 300).k(3));
          assertThat(answer.candidates()).hasSize(3);
        }
        case BatchAnswer.Refused(RetrieveRequest _, Problem problem) -> {
          assertThat(i).isEqualTo(70);
          assertThat(problem.kind()).isEqualTo("out-of-range");
        }
      }
    }
    assertThat(client.retrieveBatch(Stream.of())).isEmpty();
  }

  @Test
  void embeddingsAreRowsOfLengthOneOrZeros() {
    Embeddings embeddings =
        client.embed(
            List.of(
                new History(List.of(new Event(id(3), NOW - 60)), NOW),
                new History(List.of(new Event("nobody", NOW - 60)), NOW)));

    assertThat(embeddings.generation()).isIn(first, generation);
    assertThat(embeddings.model()).matches("[0-9a-f]{64}");
    assertThat(embeddings.rows()).hasDimensions(2, 16);
    assertThat(length(embeddings.rows()[0])).isCloseTo(1, offset(1e-5));
    assertThat(length(embeddings.rows()[1])).isZero();
  }

  @Test
  void whatIsKnownOfAUserIsReadFromWhenItHolds(@TempDir Path other) throws Exception {
    TinyGenerations generations = new TinyGenerations(other);
    generations.publishWithFeatures(3);
    try (RunningService knowing = RunningService.start(generations.configuration(Map.of()));
        RetrievalClient asking =
            RetrievalClient.of(knowing.address()).deadline(Duration.ofSeconds(30)).build()) {
      knowing.awaitReady(Duration.ofSeconds(30));
      RetrieveRequest request = request(3).k(50);
      UserAttribute german = new UserAttribute("language", "de");
      UserAttribute later = new UserAttribute("language", "de", NOW + 1);

      List<RetrieveAnswer.Candidate> plain = asking.retrieve(request).candidates();
      assertThat(asking.retrieve(request.userAttributes(List.of(german))).candidates())
          .isNotEqualTo(plain);
      assertThat(asking.retrieve(request.userAttributes(List.of(later))).candidates())
          .isEqualTo(plain);

      List<Event> events = List.of(new Event(id(3), NOW - 60, 4f));
      float[][] rows =
          asking
              .embed(
                  List.of(
                      new History(events, NOW),
                      new History(events, NOW, List.of(german)),
                      new History(events, NOW, List.of(later))))
              .rows();
      assertThat(rows[1]).isNotEqualTo(rows[0]);
      assertThat(rows[2]).isEqualTo(rows[0]);
    }
  }

  @Test
  void itemsComeAndGo() {
    float[] vector = new float[16];
    vector[0] = 1;
    String added = TinyGenerations.id(900);
    UpdateReceipt put =
        client.putItem(added, vector, Map.of("title", "New", "genres", List.of("g1")));
    UpdateReceipt deleted = client.deleteItem(added);
    List<UpdateResult> bulk =
        client.bulkItems(
            List.of(
                new ItemChange.Put(added, vector, null),
                new ItemChange.Put(added, new float[3], null),
                new ItemChange.Delete(added)));

    assertThat(put.itemId()).isEqualTo(added);
    assertThat(deleted.sequence()).isEqualTo(put.sequence() + 1);
    assertThat(bulk).extracting(UpdateResult::line).containsExactly(1, 2, 3);
    assertThat(bulk.get(0).sequence()).isNotNull();
    assertThat(bulk.get(1).problem()).isNotNull();
    assertThat(bulk.get(1).problem().kind()).isEqualTo("invalid-item");
    assertThat(bulk.get(2).problem()).isNull();
  }

  @Test
  void usersAreStoredRetrievedForAndForgotten() {
    String user = "a user/with ? and é";
    StoredUser.Receipt receipt =
        client.putUserEvents(
            user,
            List.of(new Event(id(3), NOW - 60), new Event(id(3), NOW - 60)),
            List.of(new UserAttribute("language", "de", NOW - 90)));
    RetrieveAnswer answer = client.retrieveStored(user, 5);
    StoredUser stored = client.user(user);
    StoredUser.Forgotten gone = client.deleteUser(user);

    assertThat(receipt.added()).isEqualTo(1);
    assertThat(receipt.known()).isEqualTo(1);
    assertThat(answer.candidates()).hasSize(5);
    assertThat(stored.events()).extracting(Event::itemId).containsExactly(id(3));
    assertThat(receipt.addedAttributes()).isEqualTo(1);
    assertThat(stored.userAttributes())
        .containsExactly(new UserAttribute("language", "de", NOW - 90));
    assertThat(gone.events()).isEqualTo(1);
    assertThat(gone.userAttributes()).isEqualTo(1);
    assertThatThrownBy(() -> client.user(user))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().kind()).isEqualTo("unknown-user"));
  }

  @Test
  void itemsAreFoundByTitleAndTheirAttributesTold() {
    Items found = client.findItems("item 17", 3);
    assertThat(found.items()).isNotEmpty().hasSizeLessThanOrEqualTo(3);
    assertThat(found.items()).allSatisfy(item -> assertThat(item.title()).startsWith("item 17"));
    assertThat(client.item(id(17)).attributes()).containsKey("genres");
    assertThat(client.attributes().columns())
        .extracting(Items.Attribute::name)
        .containsExactlyInAnyOrder("genres", "year", "title");
    assertThat(client.popular(3).fallback()).isEqualTo("popular");
  }

  @Test
  void generationsAreListedAndOneThatIsNotThereIsAProblem() {
    Generations all = client.generations();
    assertThat(all.generations())
        .extracting(Generations.Generation::id)
        .contains(first, generation);
    Generations.Details details = client.generation(first);
    assertThat(details.generation().contents()).isNotNull();
    assertThat(details.generation().contents().items()).isEqualTo(TinyGenerations.ITEMS);
    assertThat(details.generation().contents().created()).isNotNull();

    assertThatThrownBy(() -> client.publish("20200101T000000Z-000000000000", null))
        .isInstanceOf(ProblemException.class);
    assertThat(client.rollBack("a test").current()).isEqualTo(first);
  }

  private static RetrieveRequest request(int row) {
    return RetrieveRequest.of(List.of(new Event(id(row), NOW - 60, 4f))).at(NOW);
  }

  private static String id(int row) {
    return TinyGenerations.id(row);
  }

  private static double length(float[] row) {
    double sum = 0;
    for (float value : row) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
