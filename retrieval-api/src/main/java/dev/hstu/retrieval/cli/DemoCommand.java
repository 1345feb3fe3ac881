package dev.hstu.retrieval.cli;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `hstu demo`: the main job from end to end on a simulated world. It does nothing a user could not
/// type: each step is printed as its command and run as that.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Simulates a world, imports it, trains, embeds, builds, evaluates, publishes and serves, and",
      "prints a curl. Needs no network. Ctrl-C ends it."
    })
public final class DemoCommand implements Callable<Integer> {

  /// Marks a folder that the demo made, so that it deletes no other.
  private static final String MARKER = ".made-by-hstu-demo";

  @Option(
      names = "--dir",
      defaultValue = "demo",
      description = "Folder to work in, emptied first. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("");

  @Option(names = "--port", defaultValue = "8080", description = "Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(names = "--seed", defaultValue = "42", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--users", description = "Users of the world. Default: as hstu simulate.")
  private @Nullable Integer users;

  @Option(names = "--items", description = "Items of the world. Default: as hstu simulate.")
  private @Nullable Integer items;

  @Option(names = "--epochs", description = "Default: the preset's.")
  private @Nullable Integer epochs;

  @Option(names = "--no-serve", description = "Stop after publishing.")
  private boolean noServe;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(false);
    long start = System.nanoTime();
    prepareFolder();
    for (List<String> step : steps()) {
      console.print("\n$ hstu " + String.join(" ", step));
      long stepStart = System.nanoTime();
      int exit = commandLine().execute(step.toArray(String[]::new));
      if (exit != 0) {
        console.remark("hstu: the demo stopped, since `hstu %s` did".formatted(step.getFirst()));
        return exit;
      }
      console.remark(seconds("done in %.1f s", stepStart));
    }
    console.print(seconds("%npublished after %.0f s", start));
    return noServe ? 0 : serve(console);
  }

  private int serve(Console console) {
    List<String> serve =
        List.of("serve", "--generations", path("generations"), "--port", Integer.toString(port));
    console.print("\n$ hstu " + String.join(" ", serve));
    return commandLine().execute(serve.toArray(String[]::new));
  }

  private List<List<String>> steps() {
    List<String> simulate =
        new ArrayList<>(List.of("simulate", "--out", path("world"), "--seed", "" + seed));
    addOption(simulate, "--users", users);
    addOption(simulate, "--items", items);
    List<String> train =
        new ArrayList<>(
            List.of("train", "--data", path("data"), "--preset", "small", "--out", path("model")));
    addOption(train, "--epochs", epochs);
    return List.of(
        simulate,
        List.of(
            "import",
            "--interactions",
            path("world/interactions.csv.gz"),
            "--items",
            path("world/items.csv"),
            "--out",
            path("data")),
        train,
        List.of("embed", "--model", path("model"), "--out", path("vectors.safetensors")),
        List.of(
            "build",
            "--data",
            path("data"),
            "--model",
            path("model"),
            "--vectors",
            path("vectors.safetensors"),
            "--generations",
            path("generations")),
        List.of("publish", "latest", "--generations", path("generations")));
  }

  private void prepareFolder() throws IOException {
    if (Files.exists(folder)) {
      if (!Files.exists(folder.resolve(MARKER))) {
        throw new UserError(
            "--dir %s exists and was not made by the demo; give another folder".formatted(folder));
      }
      DurableFiles.deleteRecursively(folder);
    }
    Files.createDirectories(folder);
    Files.createFile(folder.resolve(MARKER));
  }

  private CommandLine commandLine() {
    return spec.parent().commandLine();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static void addOption(List<String> arguments, String name, @Nullable Integer value) {
    if (value != null) {
      arguments.add(name);
      arguments.add(value.toString());
    }
  }

  private static String seconds(String format, long startNanos) {
    return String.format(Locale.ROOT, format, (System.nanoTime() - startNanos) / 1e9);
  }
}
