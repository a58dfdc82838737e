package dev.tatara.workflows.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeNamespaceResponse;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A frontend that knows only clients with the right certificate, and what it was told. */
class TemporalConnectionTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;
  private final AtomicReference<Optional<String>> authorization =
      new AtomicReference<>(Optional.empty());
  private final HealthStatusManager health = new HealthStatusManager();
  private Server server;

  @BeforeEach
  void startFrontend() throws Exception {
    health.setStatus(WorkflowServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    certificate("server");
    certificate("client");
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("localhost", 0))
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(
                            folder.resolve("server.crt").toFile(),
                            folder.resolve("server.key").toFile()))
                    .trustManager(folder.resolve("client.crt").toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .build())
            .addService(ServerInterceptors.intercept(new Frontend(), new Listener()))
            .addService(health.getHealthService())
            .build()
            .start();
  }

  @AfterEach
  void stopFrontend() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  @Test
  void showsItsCertificateAndItsKeyToAFrontendThatAsksForBoth() {
    Map<String, String> environment = environment();
    environment.put("TEMPORAL_API_KEY", "the-key");

    WorkflowClient client = TemporalConnection.open(environment);

    try {
      assertThat(version(client)).isEqualTo("frontend of the test");
      assertThat(authorization.get()).contains("Bearer the-key");
      assertThat(client.getOptions().getNamespace()).isEqualTo("models");
    } finally {
      client.getWorkflowServiceStubs().shutdownNow();
    }
  }

  @Test
  void connectsToANamespaceThatIsThereAndNamesOneThatIsNot() {
    Map<String, String> environment = environment();
    TemporalConnection.connect(environment).getWorkflowServiceStubs().shutdownNow();
    environment.put("TEMPORAL_NAMESPACE", "nowhere");

    assertThatThrownBy(() -> TemporalConnection.connect(environment))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("has no namespace \"nowhere\"")
        .hasMessageContaining("temporal operator namespace create --namespace nowhere");
  }

  @Test
  void saysWhatToCheckWhenItIsRefused() {
    Map<String, String> environment = environment();
    environment.put("TEMPORAL_NAMESPACE", "of-others");

    assertThatThrownBy(() -> TemporalConnection.connect(environment))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("refuses this client in the namespace \"of-others\" (not yours)")
        .hasMessageContaining("TEMPORAL_API_KEY");
  }

  @Test
  void namesTheFileThatIsMissing() {
    Map<String, String> environment = environment();
    environment.put("TEMPORAL_TLS_CLIENT_KEY_PATH", folder.resolve("gone.key").toString());

    assertThatThrownBy(() -> TemporalConnection.open(environment))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("gone.key")
        .hasMessageContaining("TEMPORAL_TLS_CLIENT_KEY_PATH");
  }

  @Test
  void saysWhatToSetWithoutAnAddress() {
    assertThatThrownBy(() -> TemporalConnection.open(Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("TEMPORAL_ADDRESS is not set; set it, for example");
  }

  private static String version(WorkflowClient client) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .getSystemInfo(GetSystemInfoRequest.getDefaultInstance())
        .getServerVersion();
  }

  private Map<String, String> environment() {
    return new TreeMap<>(
        Map.of(
            "TEMPORAL_ADDRESS",
            "localhost:" + server.getPort(),
            "TEMPORAL_NAMESPACE",
            "models",
            "TEMPORAL_TLS",
            "true",
            "TEMPORAL_TLS_CLIENT_CERT_PATH",
            folder.resolve("client.crt").toString(),
            "TEMPORAL_TLS_CLIENT_KEY_PATH",
            folder.resolve("client.key").toString(),
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
            folder.resolve("server.crt").toString()));
  }

  /** Writes NAME.crt and NAME.key; the JDK's keytool makes no PEM of a key, so this does. */
  private void certificate(String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve(name + ".p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> command =
        List.of(
            keytool,
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=DNS:localhost",
            "-ext",
            "BC=ca:true",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            new String(PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(store)) {
      keys.load(bytes, PASSWORD);
    }
    pem(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    pem(name + ".key", "PRIVATE KEY", keys.getKey(name, PASSWORD).getEncoded());
  }

  private void pem(String file, String kind, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
  }

  private static final class Frontend extends WorkflowServiceGrpc.WorkflowServiceImplBase {
    @Override
    public void getSystemInfo(
        GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> answer) {
      answer.onNext(
          GetSystemInfoResponse.newBuilder().setServerVersion("frontend of the test").build());
      answer.onCompleted();
    }

    @Override
    public void describeNamespace(
        DescribeNamespaceRequest request, StreamObserver<DescribeNamespaceResponse> answer) {
      switch (request.getNamespace()) {
        case "models" -> {
          answer.onNext(DescribeNamespaceResponse.getDefaultInstance());
          answer.onCompleted();
        }
        case "of-others" ->
            answer.onError(
                Status.PERMISSION_DENIED.withDescription("not yours").asRuntimeException());
        default -> answer.onError(Status.NOT_FOUND.asRuntimeException());
      }
    }
  }

  private final class Listener implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      authorization.set(
          Optional.ofNullable(
              headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER))));
      return next.startCall(call, headers);
    }
  }
}
