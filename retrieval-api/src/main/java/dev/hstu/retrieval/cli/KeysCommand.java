package dev.hstu.retrieval.cli;

import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.retrieval.access.AccessKey;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.PresentedKey;
import dev.hstu.retrieval.access.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `hstu keys`: who may call a service, by the file that its `access.keys-file` names.
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "add|list|remove",
    description = {
      "Keys of a service, kept as salted hashes in the file that access.keys-file names. A running",
      "service follows the file. Rotate by adding a key of another id, moving the client to it, and",
      "removing the old one."
    })
public final class KeysCommand implements Callable<Integer> {

  private static final int BAD_INPUT = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "keys.json",
      scope = ScopeType.INHERIT,
      description = "The file of keys. Default: ${DEFAULT-VALUE}.")
  private Path file = Path.of("keys.json");

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return BAD_INPUT;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Adds a key and prints it, once: it is kept nowhere, only its hash is.")
  int add(
      @Parameters(paramLabel = "ID", description = "Names the client in logs and audit lines.")
          String id,
      @Option(
              names = "--role",
              required = true,
              description = "read, write or admin; each may what the ones before it may.")
          Role role)
      throws IOException {
    PresentedKey key = new KeysFile(file()).add(id, role);
    Console console = Console.system(json);
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("id", id);
      document.put("role", role.text());
      document.put("key", key.text());
      console.printJson(document);
    } else {
      console.remark(
          "the key of %s follows and is not shown again; send it as Authorization: Bearer KEY"
              .formatted(id));
      console.print(key.text());
    }
    return 0;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the keys, without what they are.")
  int list() throws IOException {
    List<AccessKey> keys;
    try {
      keys = new KeysFile(file()).read();
    } catch (DamagedFileException e) {
      throw new UserError(e.getMessage(), e);
    }
    Console console = Console.system(json);
    Table table = new Table("id", "role", "created");
    List<Map<String, Object>> documents = new ArrayList<>();
    for (AccessKey key : keys) {
      table.row(key.id(), key.role().text(), key.created());
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("id", key.id());
      document.put("role", key.role().text());
      document.put("created", key.created());
      documents.add(document);
    }
    if (json) {
      console.printJson(documents);
    } else {
      console.print(table);
    }
    return 0;
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Takes a key out; a running service refuses it within access.reload-millis.")
  int remove(@Parameters(paramLabel = "ID", description = "The key's id.") String id)
      throws IOException {
    new KeysFile(file()).remove(id);
    Console console = Console.system(json);
    if (json) {
      console.printJson(Map.of("removed", id));
    } else {
      console.print("removed " + id);
    }
    return 0;
  }

  private Path file() {
    return file.toAbsolutePath();
  }
}
