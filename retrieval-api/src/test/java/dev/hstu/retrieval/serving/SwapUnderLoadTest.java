package dev.hstu.retrieval.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.Engine;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two generations of different models, published in turn under load: no request fails, and every
/// answer is wholly of the generation it names.
class SwapUnderLoadTest {

  private static final int CLIENTS = 4;
  private static final int K = 40;

  @TempDir Path folder;

  @Test
  void noRequestFailsAndNoneMixesGenerations() throws Exception {
    swap(12);
  }

  @Test
  @Tag("soak")
  void noRequestFailsAndNoneMixesGenerationsManyTimes() throws Exception {
    swap(1000);
  }

  private void swap(int swaps) throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    List<Query> queries = IntStream.range(0, 6).mapToObj(Query::new).toList();
    List<String> ids = List.of(generations.publish(1), generations.publish(2));
    Map<String, List<List<String>>> truth = new HashMap<>();
    for (String id : ids) {
      truth.put(id, truth(generations, id, queries));
    }
    assertThat(truth.get(ids.get(0))).isNotEqualTo(truth.get(ids.get(1)));

    Set<LiveGeneration> served = new LinkedHashSet<>();
    try (RunningService service = RunningService.start(generations.configuration(Map.of()));
        ServiceClient client = new ServiceClient(service);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      served.add(serving(service.awaitReady(Duration.ofSeconds(30))));
      AtomicBoolean enough = new AtomicBoolean();
      List<Future<Integer>> hammering = new ArrayList<>();
      try {
        for (int i = 0; i < CLIENTS; i++) {
          int first = i;
          Callable<Integer> hammer = () -> hammer(client, queries, truth, first, enough);
          hammering.add(clients.submit(hammer));
        }
        for (int swap = 0; swap < swaps; swap++) {
          String next = ids.get(swap % 2);
          generations.store().publish(next);
          untilServing(client, next, queries.getFirst());
          served.add(serving(service.readiness()));
        }
      } finally {
        enough.set(true); // else closing the clients would wait for ever after a failure
      }
      int requests = 0;
      for (Future<Integer> hammered : hammering) {
        requests += hammered.get();
      }

      assertThat(requests).isGreaterThan(swaps);
      assertThat(served).hasSize(swaps + 1);
      List<LiveGeneration> inOrder = List.copyOf(served);
      assertThat(inOrder.subList(0, swaps)).allMatch(LiveGeneration::isClosed);
      assertThat(inOrder.getLast().isClosed()).isFalse();
    }
  }

  /// Asks again and again, holding each answer to the truth of the generation it names.
  private static int hammer(
      ServiceClient client,
      List<Query> queries,
      Map<String, List<List<String>>> truth,
      int first,
      AtomicBoolean enough)
      throws IOException, InterruptedException {
    int requests = 0;
    while (!enough.get()) {
      int query = (first + requests++) % queries.size();
      Answer answer = client.retrieve(queries.get(query).json());
      assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
      assertThat(answer.itemIds()).isEqualTo(truth.get(generation(answer)).get(query));
    }
    return requests;
  }

  private static void untilServing(ServiceClient client, String generation, Query query)
      throws IOException, InterruptedException {
    long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!generation(client.retrieve(query.json())).equals(generation)) {
      assertThat(System.nanoTime()).as("swapped within 30 s").isLessThan(patience);
    }
  }

  private static String generation(Answer answer) {
    return answer.json().path("generation").asText();
  }

  private static LiveGeneration serving(Readiness readiness) {
    assertThat(readiness).isInstanceOf(Readiness.Ready.class);
    return ((Readiness.Ready) readiness).generation();
  }

  private static List<List<String>> truth(
      TinyGenerations generations, String id, List<Query> queries) throws IOException {
    List<List<String>> lists = new ArrayList<>();
    for (Query query : queries) {
      lists.add(
          generations.exactTopK(
              id, Engine.REFERENCE, query.rows, query.times, query.requestTime(), K));
    }
    return lists;
  }

  /// A history from a seed.
  private record Query(int[] rows, long[] times) {

    Query(int seed) {
      this(
          new Random(seed).ints(3 + seed, 0, TinyGenerations.ITEMS).toArray(),
          IntStream.range(0, 3 + seed).mapToLong(i -> 500L * i).toArray());
    }

    long requestTime() {
      return 500L * times.length;
    }

    String json() {
      return IntStream.range(0, rows.length)
          .mapToObj(
              i ->
                  "{\"itemId\":%s,\"timestamp\":%d}"
                      .formatted(TinyGenerations.id(rows[i]), times[i]))
          .collect(
              Collectors.joining(
                  ",",
                  "{\"k\":%d,\"requestTime\":%d,\"events\":[".formatted(K, requestTime()),
                  "]}"));
    }
  }
}
