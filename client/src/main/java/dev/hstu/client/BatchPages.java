package dev.hstu.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A stream of requests as batches of a few lines, two of them under way: the answers come in order
/// while later requests are still being made, memory stays bounded however many there are, and what
/// a broken connection costs is one batch sent again. For one thread.
final class BatchPages implements Iterator<BatchAnswer> {

  /// As many lines as the service takes in before it waits for its answers to be read, since the
  /// JDK's client reads none before its body is sent (`batch.waiting-lines`).
  static final int LINES = 64;

  /// Likewise (`batch.waiting-bytes` is four times this).
  private static final int BYTES = 1 << 20;

  private static final int UNDER_WAY = 2;

  private final Transport transport;
  private final Executor executor;
  private final Iterator<RetrieveRequest> requests;
  private final Deque<CompletableFuture<List<BatchAnswer>>> pages = new ArrayDeque<>();
  private Iterator<BatchAnswer> answers = List.<BatchAnswer>of().iterator();

  BatchPages(Transport transport, Executor executor, Iterator<RetrieveRequest> requests) {
    this.transport = transport;
    this.executor = executor;
    this.requests = requests;
  }

  @Override
  public boolean hasNext() {
    while (!answers.hasNext()) {
      while (pages.size() < UNDER_WAY && requests.hasNext()) {
        begin();
      }
      @Nullable CompletableFuture<List<BatchAnswer>> oldest = pages.poll();
      if (oldest == null) {
        return false;
      }
      try {
        answers = oldest.join().iterator();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RetrievalException failure ? failure : e;
      }
    }
    return true;
  }

  @Override
  public BatchAnswer next() {
    if (!hasNext()) {
      throw new NoSuchElementException("every request is answered");
    }
    return answers.next();
  }

  private void begin() {
    List<RetrieveRequest> page = new ArrayList<>(LINES);
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    while (requests.hasNext() && page.size() < LINES && lines.size() < BYTES) {
      RetrieveRequest request = requests.next();
      page.add(request);
      lines.writeBytes(Transport.write(request));
      lines.write('\n');
    }
    byte[] body = lines.toByteArray();
    pages.add(CompletableFuture.supplyAsync(() -> send(page, body), executor));
  }

  private List<BatchAnswer> send(List<RetrieveRequest> page, byte[] body) {
    byte[] answer = transport.send(Call.lines("/retrieve/batch", body, Call.Repeat.ALWAYS)).body();
    List<BatchAnswer> answers = new ArrayList<>(page.size());
    try {
      for (String line : new String(answer, StandardCharsets.UTF_8).split("\n")) {
        if (!line.isBlank()) {
          answers.add(answer(page.get(answers.size()), Transport.JSON.readTree(line)));
        }
      }
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new NoAnswerException("the answer is not one line a request", e);
    }
    if (answers.size() < page.size()) {
      throw new NoAnswerException(
          "%d of %d requests of a batch were answered".formatted(answers.size(), page.size()));
    }
    return answers;
  }

  private static BatchAnswer answer(RetrieveRequest request, JsonNode line) throws IOException {
    return line.has("problem")
        ? new BatchAnswer.Refused(
            request, Transport.JSON.treeToValue(line.get("problem"), Problem.class))
        : new BatchAnswer.Answered(
            request, Transport.JSON.treeToValue(line.get("answer"), RetrieveAnswer.class));
  }
}
