package dev.hstu.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// A client of one service. Makes few connections and keeps them; make one and share it. For any
/// number of threads; calls wait, so virtual threads suit.
///
/// ```java
/// try (RetrievalClient client = RetrievalClient.of(address).key(key).build()) {
///   RetrieveAnswer answer = client.retrieve(RetrieveRequest.of(events).k(500));
/// }
/// ```
///
/// Every call ends within its deadline, retries included. Questions (retrieve, embed, explain, all
/// that lists) and changes that are the same when made twice (put, delete, events of a user) are
/// sent again after a broken connection; `bulkItems`, `publish` and `rollBack` only where the
/// service says that it did nothing (429, 503). Any call may throw a [ProblemException] or a
/// [NoAnswerException].
public final class RetrievalClient implements AutoCloseable {

  private final Transport transport;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  private RetrievalClient(Transport transport) {
    this.transport = transport;
  }

  /// A client of the service at an address such as `http://127.0.0.1:8080`.
  public static Builder of(URI address) {
    return new Builder(address);
  }

  /// What a client needs to know.
  public static final class Builder {

    private final URI address;
    private @Nullable String key;
    private Duration deadline = Duration.ofSeconds(2);
    private Retries retries = Retries.DEFAULT;
    private Supplier<Map<String, String>> headers = Map::of;
    private HttpClient.Builder http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2));

    private Builder(URI address) {
      this.address = address;
    }

    /// The key the service knows the caller by.
    public Builder key(String key) {
      this.key = key;
      return this;
    }

    /// From the call to its answer, retries included; 2 seconds unless set. The service is told, so
    /// that it begins nothing that would be late.
    public Builder deadline(Duration deadline) {
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("deadline=" + deadline + " must be positive");
      }
      this.deadline = deadline;
      return this;
    }

    /// [Retries#DEFAULT] unless set.
    public Builder retries(Retries retries) {
      this.retries = retries;
      return this;
    }

    /// Asked before each try: headers that make it part of a trace, such as `traceparent`.
    public Builder headers(Supplier<Map<String, String>> headers) {
      this.headers = headers;
      return this;
    }

    /// With other trust, proxy or version than the JDK's defaults and HTTP/1.1.
    public Builder http(HttpClient.Builder http) {
      this.http = http;
      return this;
    }

    public RetrievalClient build() {
      return new RetrievalClient(
          new Transport(address, key, deadline, retries, headers, http.build()));
    }
  }

  /// The items to rank next.
  @Operation("retrieve")
  public RetrieveAnswer retrieve(RetrieveRequest request) {
    return transport.send(Call.ask("/retrieve", Transport.write(request)), RetrieveAnswer.class);
  }

  /// The items to rank next for a user whose events are stored.
  @Operation("retrieveStored")
  public RetrieveAnswer retrieveStored(String userId, int k) {
    return transport.send(
        Call.get("/retrieve/%s?k=%d".formatted(segment(userId), k)), RetrieveAnswer.class);
  }

  /// The items with the most interactions.
  @Operation("popular")
  public RetrieveAnswer popular(int k) {
    return transport.send(Call.get("/popular?k=" + k), RetrieveAnswer.class);
  }

  /// Answers many requests, in order, while later ones are still being asked for. A refused request
  /// spoils no other. The stream is lazy and for one thread; the deadline holds for each 64
  /// requests.
  @Operation("retrieveBatch")
  public Stream<BatchAnswer> retrieveBatch(Stream<RetrieveRequest> requests) {
    BatchPages pages = new BatchPages(transport, executor, requests.iterator());
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(pages, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(requests::close);
  }

  /// Why a request returns an item, or why not.
  @Operation("explain")
  public Explanation explain(RetrieveRequest request, String itemId) {
    ObjectNode body = Transport.JSON.valueToTree(request);
    body.put("itemId", itemId);
    return transport.send(Call.ask("/explain", Transport.write(body)), Explanation.class);
  }

  /// What the model makes of each history.
  @Operation("embed")
  public Embeddings embed(List<History> histories) {
    HttpResponse<byte[]> answer =
        transport.send(Call.ask("/embed", Transport.write(histories)).accepting(Call.FLOATS));
    int count = histories.size();
    ByteBuffer values = ByteBuffer.wrap(answer.body()).order(ByteOrder.LITTLE_ENDIAN);
    int dimension = count == 0 ? 0 : values.remaining() / Float.BYTES / count;
    if (values.remaining() != count * dimension * Float.BYTES) {
      throw new NoAnswerException(
          "%d bytes are no %d rows of float32".formatted(values.remaining(), count));
    }
    float[][] rows = new float[count][dimension];
    for (float[] row : rows) {
      values.asFloatBuffer().get(row);
      values.position(values.position() + dimension * Float.BYTES);
    }
    return new Embeddings(header(answer, "Hstu-Generation"), header(answer, "Hstu-Model"), rows);
  }

  /// Adds events to a user's stored history; the same event sent twice is kept once. Durable once
  /// answered.
  public StoredUser.Receipt putUserEvents(String userId, List<Event> events) {
    return putUserEvents(userId, events, List.of());
  }

  /// Adds events and attributes to a user's stored history; what is sent twice is kept once.
  /// Durable once answered.
  ///
  /// @param userAttributes values of slow series, at most 256, to be sent in the order of their
  ///     changes: one that says what held already is not kept
  @Operation("putUserEvents")
  public StoredUser.Receipt putUserEvents(
      String userId, List<Event> events, List<UserAttribute> userAttributes) {
    Map<String, Object> body = Map.of("events", events, "userAttributes", userAttributes);
    return transport.send(
        Call.put("/users/" + segment(userId) + "/events", Transport.write(body)),
        StoredUser.Receipt.class);
  }

  /// What is stored of a user.
  @Operation("user")
  public StoredUser user(String userId) {
    return transport.send(Call.get("/users/" + segment(userId)), StoredUser.class);
  }

  /// Forgets a user, in memory and in every file.
  @Operation("deleteUser")
  public StoredUser.Forgotten deleteUser(String userId) {
    return transport.send(Call.delete("/users/" + segment(userId)), StoredUser.Forgotten.class);
  }

  /// Items whose titles have words that begin with those of a query, the most popular first.
  ///
  /// @param limit 1 to 100
  @Operation("findItems")
  public Items findItems(String query, int limit) {
    return transport.send(
        Call.get("/items?query=%s&limit=%d".formatted(segment(query), limit)), Items.class);
  }

  /// What is known of an item.
  @Operation("item")
  public Items.Item item(String id) {
    return transport.send(Call.get("/items/" + segment(id)), Items.Item.class);
  }

  /// What items have that filters may ask for.
  @Operation("attributes")
  public Items.Attributes attributes() {
    return transport.send(Call.get("/attributes"), Items.Attributes.class);
  }

  /// Gives an item a vector and attributes, and makes it one where it is none. Durable once
  /// answered.
  ///
  /// @param vector of length 1, by the model that serves
  /// @param attributes all of the item; null leaves it those it has
  @Operation("putItem")
  public UpdateReceipt putItem(
      String id, float[] vector, @Nullable Map<String, Object> attributes) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("vector", vector);
    if (attributes != null) {
      body.put("attributes", attributes);
    }
    return transport.send(
        Call.put("/items/" + segment(id), Transport.write(body)), UpdateReceipt.class);
  }

  /// Takes an item out; of an unknown one nothing happens.
  @Operation("deleteItem")
  public UpdateReceipt deleteItem(String id) {
    return transport.send(Call.delete("/items/" + segment(id)), UpdateReceipt.class);
  }

  /// Makes many changes of items, in their order; one that can't be taken keeps no other from it.
  ///
  /// @return what became of each
  @Operation("bulkItems")
  public List<UpdateResult> bulkItems(List<ItemChange> changes) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (ItemChange change : changes) {
      lines.writeBytes(Transport.write(change));
      lines.write('\n');
    }
    byte[] answer =
        transport
            .send(Call.lines("/items/bulk", lines.toByteArray(), Call.Repeat.IF_REFUSED))
            .body();
    List<UpdateResult> results = new ArrayList<>(changes.size());
    for (String line : new String(answer, StandardCharsets.UTF_8).split("\n")) {
      if (!line.isBlank()) {
        results.add(Transport.read(line.getBytes(StandardCharsets.UTF_8), UpdateResult.class));
      }
    }
    return results;
  }

  /// The registered sets.
  @Operation("sets")
  public NamedSets sets() {
    return transport.send(Call.get("/sets"), NamedSets.class);
  }

  /// Registers a set of items under a name, in place of one there.
  @Operation("registerSet")
  public NamedSets.NamedSet registerSet(String name, Collection<String> itemIds) {
    return transport.send(
        Call.put("/sets/" + segment(name), Transport.write(itemIds)), NamedSets.NamedSet.class);
  }

  /// Deletes a set; filters that name it are refused from then on.
  @Operation("deleteSet")
  public void deleteSet(String name) {
    transport.send(Call.delete("/sets/" + segment(name)));
  }

  /// The generations, the youngest first.
  @Operation("generations")
  public Generations generations() {
    return transport.send(Call.get("/generations"), Generations.class);
  }

  /// One generation and the publish gate's verdict on it.
  @Operation("generation")
  public Generations.Details generation(String id) {
    return transport.send(Call.get("/generations/" + segment(id)), Generations.Details.class);
  }

  /// Judges a generation by the publish gate and makes it current. The gate takes longer than a
  /// retrieval; give the client that publishes a longer deadline.
  ///
  /// @param forceReason why to publish it against the gate's verdict; null asks the gate
  @Operation("publish")
  public Generations.Publication publish(String id, @Nullable String forceReason) {
    Map<String, String> body = forceReason == null ? Map.of() : Map.of("force", forceReason);
    return transport.send(
        Call.act("/generations/" + segment(id) + "/publish", Transport.write(body)),
        Generations.Publication.class);
  }

  /// Makes the generation current that was so before.
  ///
  /// @param reason for the log of publications; null for none
  @Operation("rollback")
  public Generations.Publication rollBack(@Nullable String reason) {
    Map<String, String> body = reason == null ? Map.of() : Map.of("reason", reason);
    return transport.send(
        Call.act("/rollback", Transport.write(body)), Generations.Publication.class);
  }

  /// Whether a generation is open, verified and warmed. Not being so is an answer here and no
  /// exception.
  @Operation("ready")
  public boolean isReady() {
    try {
      transport.send(Call.get("/health/ready"));
      return true;
    } catch (ProblemException e) {
      return false;
    }
  }

  /// Closes its connections; calls under way finish.
  @Override
  public void close() {
    executor.close();
    transport.close();
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  /// A part of a path, escaped.
  private static String segment(String text) {
    return URLEncoder.encode(Objects.requireNonNull(text), StandardCharsets.UTF_8)
        .replace("+", "%20");
  }
}
