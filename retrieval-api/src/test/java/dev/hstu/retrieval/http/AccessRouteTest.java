package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceBeans;
import dev.hstu.retrieval.serving.ServiceStartException;
import dev.hstu.retrieval.serving.TinyGenerations;
import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Keys over real HTTP: every route there is asks for the role that stands beside it, a known key
/// of it passes and nothing else does, and no key is ever logged.
class AccessRouteTest {

  @TempDir static Path folder;
  private static TinyGenerations generations;
  private static KeysFile keys;
  private static final Map<Role, String> KEY = new EnumMap<>(Role.class);
  private static RunningService service;
  private static ServiceClient client;
  private static final ListAppender<ILoggingEvent> LOGGED = new ListAppender<>();
  private static Level levelBefore;
  private static Appender<ILoggingEvent> console;

  @BeforeAll
  static void serve() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    levelBefore = root.getLevel();
    root.setLevel(Level.DEBUG);
    LOGGED.start();
    root.addAppender(LOGGED);
    console = root.getAppender("STDERR");
    root.detachAppender(console);
    generations = new TinyGenerations(folder);
    generations.publish(1);
    keys = new KeysFile(folder.resolve("keys.json"));
    for (Role role : Role.values()) {
      KEY.put(role, keys.add("the-" + role.text(), role).text());
    }
    service = start(Map.of());
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAppender(LOGGED);
    root.addAppender(console);
    root.setLevel(levelBefore);
  }

  /// One process at a time stores users in a folder.
  private static final AtomicInteger USER_FOLDERS = new AtomicInteger();

  private static RunningService start(Map<String, String> more) throws InterruptedException {
    Map<String, String> values =
        new HashMap<>(
            Map.of(
                "access.keys-file", folder.resolve("keys.json").toString(),
                "access.reload-millis", "10",
                "updates.enabled", "true"));
    // What is switched off answers 403 to every role.
    values.put(
        "users.folder", folder.resolve("users-" + USER_FOLDERS.incrementAndGet()).toString());
    values.putAll(more);
    RunningService started = RunningService.start(generations.configuration(values));
    started.awaitReady(Duration.ofSeconds(30));
    return started;
  }

  private static List<UriRouteInfo<?, ?>> routes() {
    return ServiceBeans.of(service, Router.class).uriRoutes().toList();
  }

  @Test
  void everyRouteSaysWhichRoleItNeedsOrWhyNone() {
    assertThat(routes()).hasSizeGreaterThan(10);
    assertThat(routes())
        .allSatisfy(
            route ->
                assertThat(route.getAnnotationMetadata().hasAnnotation(Needs.class))
                    .as("%s: exactly one of @Needs and @NeedsNoKey", route)
                    .isNotEqualTo(route.getAnnotationMetadata().hasAnnotation(NeedsNoKey.class)));
  }

  @Test
  void everyRouteTakesKeysOfItsRoleAndAboveAndNoOthers() throws Exception {
    for (UriRouteInfo<?, ?> route : routes()) {
      @Nullable Role needed =
          route.getAnnotationMetadata().enumValue(Needs.class, Role.class).orElse(null);
      assertThat(status(route, null))
          .as("%s without a key", route)
          .matches(refused(needed == null));
      for (Role role : Role.values()) {
        int status = status(route, KEY.get(role));
        if (needed == null || role.allows(needed)) {
          assertThat(status).as("%s with %s", route, role).isNotIn(401, 403);
        } else {
          assertThat(status).as("%s with %s", route, role).isEqualTo(403);
        }
      }
    }
  }

  private static Predicate<Integer> refused(boolean open) {
    return status -> open ? status != 401 && status != 403 : status == 401;
  }

  private static int status(UriRouteInfo<?, ?> route, @Nullable String key) throws Exception {
    String path = route.getUriMatchTemplate().toString().replaceAll("\\{[^}]*}", "1");
    HttpRequest.Builder request =
        client
            .request(path)
            .header("Content-Type", type(route))
            .method(route.getHttpMethodName(), BodyPublishers.ofString("[]"));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return client.send(request).status();
  }

  private static String type(UriRouteInfo<?, ?> route) {
    return route.getConsumes().stream().findFirst().map(Object::toString).orElse("text/plain");
  }

  @Test
  void whatIsNoKnownKeyIsToldNothingMore() throws Exception {
    String right = Objects.requireNonNull(KEY.get(Role.READ));
    String expected = asked("Bearer nonsense").response().body();
    assertThat(expected).contains("/errors#key-required");
    for (String wrong :
        List.of(
            "Bearer ",
            "Basic " + right,
            right,
            "Bearer " + right.substring(0, right.length() - 1),
            "Bearer " + right + "A",
            "Bearer " + right.replace("the-read", "the-admin"),
            "Bearer " + right.replace("the-read", "nobody"),
            "Bearer " + "x".repeat(8_000))) {
      Answer answer = asked(wrong);
      assertThat(answer.status()).as(wrong).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"hstu\"");
      assertThat(answer.response().body()).as(wrong).isEqualTo(expected);
    }
    assertThat(asked("Bearer " + right).status()).isEqualTo(200);
  }

  private static Answer asked(String authorization) throws Exception {
    return client.send(client.request("/sets").header("Authorization", authorization).GET());
  }

  @Test
  void keysChangeWithoutARestartAndADamagedFileChangesNothing() throws Exception {
    String fresh = "Bearer " + keys.add("fresh", Role.READ).text();
    Eventually.see(() -> asked(fresh).status(), status -> status == 200);
    Path file = folder.resolve("keys.json");
    byte[] whole = Files.readAllBytes(file);
    Files.writeString(file, "{");
    Eventually.see(
        AccessRouteTest::logged,
        events ->
            events.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.contains("access keys stay as they were")));
    assertThat(asked(fresh).status()).isEqualTo(200);
    Files.write(file, whole);
    keys.remove("fresh");
    Eventually.see(() -> asked(fresh).status(), status -> status == 401);
  }

  @Test
  void noKeyIsEverLogged() throws Exception {
    asked("Bearer " + KEY.get(Role.ADMIN));
    asked("Bearer " + KEY.get(Role.ADMIN) + "x");
    assertThat(logged())
        .noneSatisfy(
            event ->
                assertThat(event.getFormattedMessage())
                    .containsAnyOf(KEY.values().toArray(String[]::new)));
  }

  /// What was logged so far, while others log.
  private static List<ILoggingEvent> logged() {
    synchronized (LOGGED) {
      return List.copyOf(LOGGED.list);
    }
  }

  @Test
  void withoutKeysNobodyElsesAddressIsListenedOn() {
    assertThatThrownBy(
            () ->
                RunningService.start(generations.configuration(Map.of("serving.host", "0.0.0.0"))))
        .isInstanceOf(ServiceStartException.class)
        .hasMessage(
            "serving.host=0.0.0.0 can be reached from other machines and access.keys-file=none asks"
                + " nobody for a key; make one by `hstu keys add` and set access.keys-file, or"
                + " listen on 127.0.0.1");
  }

  @Test
  void aKeysFileThatIsNotThereStopsTheStart() {
    Path missing = folder.resolve("missing.json");
    assertThatThrownBy(
            () ->
                RunningService.start(
                    generations.configuration(Map.of("access.keys-file", missing.toString()))))
        .isInstanceOf(ServiceStartException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("hstu keys add");
  }
}
