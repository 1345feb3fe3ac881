package dev.hstu.client;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Sends calls, each within its deadline and as often as its retries and its kind allow. For any
/// number of threads.
final class Transport implements AutoCloseable {

  static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private static final int FIRST_ERROR = 400;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;

  private final URI address;
  private final @Nullable String key;
  private final Duration deadline;
  private final Retries retries;
  private final Supplier<Map<String, String>> headers;
  private final HttpClient http;

  Transport(
      URI address,
      @Nullable String key,
      Duration deadline,
      Retries retries,
      Supplier<Map<String, String>> headers,
      HttpClient http) {
    this.address = address;
    this.key = key;
    this.deadline = deadline;
    this.retries = retries;
    this.headers = headers;
    this.http = http;
  }

  /// Sends a call and reads its answer.
  <T> T send(Call call, Class<T> answer) {
    return read(send(call).body(), answer);
  }

  /// Sends a call.
  ///
  /// @throws ProblemException where the service answers with a problem
  /// @throws NoAnswerException where there is no answer in time
  HttpResponse<byte[]> send(Call call) {
    long endNanos = System.nanoTime() + deadline.toNanos();
    for (int attempt = 1; ; attempt++) {
      RetrievalException failure;
      @Nullable Duration asked = null;
      boolean mayRepeat;
      try {
        HttpResponse<byte[]> response =
            http.send(request(call, endNanos), BodyHandlers.ofByteArray());
        if (response.statusCode() < FIRST_ERROR) {
          return response;
        }
        ProblemException problem = problem(response);
        asked = problem.retryAfter().orElse(null);
        mayRepeat = passes(response.statusCode());
        failure = problem;
      } catch (HttpTimeoutException e) {
        throw new NoAnswerException(
            "no answer of %s within %s".formatted(call.path(), deadline), e);
      } catch (IOException e) {
        mayRepeat = call.repeat() == Call.Repeat.ALWAYS;
        failure = new NoAnswerException("%s broke off: %s".formatted(call.path(), e), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NoAnswerException("interrupted while waiting for " + call.path(), e);
      }
      Duration pause = asked == null ? retries.pause(attempt) : asked;
      boolean inTime = System.nanoTime() + pause.toNanos() - endNanos < 0;
      if (!mayRepeat || attempt > retries.most() || !inTime) {
        throw failure;
      }
      rest(pause, failure);
    }
  }

  static <T> T read(byte[] json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (IOException e) {
      throw new NoAnswerException("the answer is no " + type.getSimpleName(), e);
    }
  }

  static byte[] write(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new IllegalArgumentException("the request cannot be written as JSON", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpRequest request(Call call, long endNanos) throws HttpTimeoutException {
    long leftMillis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
    if (leftMillis <= 0) {
      throw new HttpTimeoutException("the deadline is over");
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(call.path()))
            .timeout(Duration.ofMillis(leftMillis))
            .header("Accept", call.accept())
            .header("Hstu-Deadline-Millis", Long.toString(leftMillis));
    headers.get().forEach(request::header);
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    byte @Nullable [] body = call.body();
    if (body == null) {
      return request.method(call.method(), BodyPublishers.noBody()).build();
    }
    return request
        .header("Content-Type", call.contentType())
        .method(call.method(), BodyPublishers.ofByteArray(body))
        .build();
  }

  /// Whether an answer says that nothing was done and that it may be tried again.
  private static boolean passes(int status) {
    return status == TOO_MANY_REQUESTS || status == UNAVAILABLE;
  }

  private static ProblemException problem(HttpResponse<byte[]> response) {
    Problem problem;
    try {
      problem = JSON.readValue(response.body(), Problem.class);
    } catch (IOException e) {
      // Of a proxy, perhaps.
      problem = new Problem("about:blank", "", response.statusCode(), "without a problem", null);
    }
    return new ProblemException(
        problem, retryAfter(response), response.headers().firstValue("Trace-Id").orElse(""));
  }

  private static @Nullable Duration retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(seconds -> seconds.matches("\\d{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(null);
  }

  private static void rest(Duration pause, RetrievalException failure) {
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }
}
