import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.net.InetSocketAddress;

/**
 * Speaks MongoDB's wire until it is ended by a signal. Arguments: the port (0: a free one), a file in which documents
 * outlive it (empty: they are kept in memory), and the host to listen on (loopback). Tells the port when it listens.
 */
public final class MongoWire {
    public static void main(String[] args) throws InterruptedException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 0;
        MongoBackend backend = args.length > 1 && !args[1].isEmpty() ? new H2Backend(args[1]) : new MemoryBackend();
        String host = args.length > 2 ? args[2] : "127.0.0.1";
        MongoServer server = new MongoServer(backend);
        server.bind(new InetSocketAddress(host, port));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        System.out.println("listening on " + host + ":" + server.getLocalAddress().getPort());
        Thread.currentThread().join();
    }
}
