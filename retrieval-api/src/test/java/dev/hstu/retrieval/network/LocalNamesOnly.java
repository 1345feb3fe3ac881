package dev.hstu.retrieval.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// The name resolver of every test of this module: it knows this machine, and refuses and remembers
/// every other name, so that nothing is looked up outside by accident.
public final class LocalNamesOnly extends InetAddressResolverProvider {

  private static final List<String> REFUSED = new CopyOnWriteArrayList<>();

  /// Names asked for and refused since the process began.
  public static List<String> refused() {
    return List.copyOf(REFUSED);
  }

  @Override
  public String name() {
    return "local names only";
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    String own = configuration.lookupLocalHostName();
    InetAddressResolver system = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        if (host.equals("localhost") || host.equals(own)) {
          return system.lookupByName(host, policy);
        }
        throw refuse(host);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        InetAddress inet = InetAddress.getByAddress(address);
        if (inet.isLoopbackAddress() || inet.isAnyLocalAddress()) {
          return system.lookupByAddress(address);
        }
        throw refuse(inet.getHostAddress());
      }
    };
  }

  private static UnknownHostException refuse(String name) {
    REFUSED.add(name);
    return new UnknownHostException(name + " (tests look nothing up outside this machine)");
  }
}
