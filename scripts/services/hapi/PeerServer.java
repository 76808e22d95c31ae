package casewire.services;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.HibernatePropertiesProvider;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirPostgresDialect;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.subscription.match.config.SubscriptionProcessorConfig;
import ca.uhn.fhir.jpa.subscription.match.deliver.email.IEmailSender;
import ca.uhn.fhir.jpa.subscription.submit.config.SubscriptionSubmitterConfig;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.hibernate.dialect.Dialect;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * A HAPI FHIR JPA R4 server on embedded Jetty, the foreign FHIR server of tests and trials: HAPI as it comes, but for
 * a search cache that is off (an identical search would otherwise be answered from up to a minute ago).
 * Environment: PEER_PORT; PEER_DB_URL, PEER_DB_USER (JDBC; in-memory H2 when absent); PEER_TYPES (comma-separated
 * resource types, all of R4 when absent: fewer start faster).
 */
public final class PeerServer {
  private static final String H2 = "jdbc:h2:mem:peer;DB_CLOSE_DELAY=-1";

  private static String setting(String name, String otherwise) {
    var value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  public static void main(String[] args) throws Exception {
    var beans = new AnnotationConfigApplicationContext();
    beans.setAllowBeanDefinitionOverriding(true);
    beans.register(Beans.class);
    beans.refresh();

    var server = new Server();
    var connector = new ServerConnector(server, 1, 1);
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(setting("PEER_PORT", "18080")));
    server.addConnector(connector);
    var servlets = new ServletContextHandler();
    var fhir = new ServletHolder(beans.getBean(RestfulServer.class));
    fhir.setInitOrder(1);
    servlets.addServlet(fhir, "/fhir/*");
    server.setHandler(servlets);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        server.stop();
        beans.close();
      } catch (Exception e) {
        e.printStackTrace();
      }
    }));
    server.start();
    server.join();
  }

  @Configuration
  @EnableTransactionManagement
  @Import({
    JpaR4Config.class, HapiJpaConfig.class, JpaBatch2Config.class, Batch2JobsConfig.class, ThreadPoolFactoryConfig.class,
    SubscriptionChannelConfig.class, SubscriptionProcessorConfig.class, SubscriptionSubmitterConfig.class
  })
  public static class Beans {
    private static final String DB_URL = setting("PEER_DB_URL", H2);
    private static final Class<? extends Dialect> DIALECT =
        DB_URL.startsWith("jdbc:postgresql:") ? HapiFhirPostgresDialect.class : HapiFhirH2Dialect.class;

    @Bean(destroyMethod = "close")
    public HikariDataSource dataSource() {
      var source = new HikariDataSource();
      source.setJdbcUrl(DB_URL);
      source.setUsername(setting("PEER_DB_USER", "sa"));
      source.setPassword("");
      source.setMaximumPoolSize(20);
      return source;
    }

    @Bean
    public JpaStorageSettings storageSettings() {
      var settings = new JpaStorageSettings();
      settings.setReuseCachedSearchResultsForMillis(null);
      settings.setAllowMultipleDelete(true);
      settings.setExpungeEnabled(true);
      return settings;
    }

    @Bean
    public PartitionSettings partitionSettings() {
      return new PartitionSettings();
    }

    @Bean
    public SubscriptionSettings subscriptionSettings() {
      return new SubscriptionSettings();
    }

    @Bean
    public IEmailSender emailSender() {
      return mail -> {};
    }

    @Bean
    @Primary
    public LocalContainerEntityManagerFactoryBean entityManagerFactory(
        ConfigurableListableBeanFactory beans, FhirContext fhir, JpaStorageSettings settings, DataSource source) {
      var factory = HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, fhir, settings);
      factory.setPersistenceUnitName("HAPI_PU");
      factory.setDataSource(source);
      factory.setJpaPropertyMap(Map.of(
          "hibernate.dialect", DIALECT.getName(),
          "hibernate.hbm2ddl.auto", "update",
          "hibernate.jdbc.batch_size", "20",
          "hibernate.cache.use_query_cache", "false",
          "hibernate.cache.use_second_level_cache", "false",
          "hibernate.search.enabled", "false"));
      return factory;
    }

    @Bean
    @Primary
    public JpaTransactionManager transactionManager(EntityManagerFactory factory) {
      return new JpaTransactionManager(factory);
    }

    @Bean
    @Primary
    public HibernatePropertiesProvider hibernatePropertiesProvider() {
      return new HibernatePropertiesProvider() {
        @Override
        public Dialect getDialect() {
          try {
            return DIALECT.getDeclaredConstructor().newInstance();
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        }
      };
    }

    @Bean
    public RestfulServer restfulServer(
        IFhirSystemDao<?, ?> system, DaoRegistry types, IJpaSystemProvider systemProvider, ResourceProviderFactory providers,
        JpaStorageSettings settings, ISearchParamRegistry parameters, IValidationSupport validation,
        DatabaseBackedPagingProvider paging) {
      var server = new RestfulServer(system.getContext());
      var wanted = setting("PEER_TYPES", "");
      if (!wanted.isEmpty()) {
        var supported = new ArrayList<>(List.of(wanted.split(",")));
        supported.add("SearchParameter"); // HAPI's own registry reads these
        types.setSupportedResourceTypes(supported);
      }
      server.registerProviders(providers.createProviders());
      server.registerProvider(systemProvider);
      server.setServerConformanceProvider(
          new JpaCapabilityStatementProvider(server, system, settings, parameters, validation));
      paging.setDefaultPageSize(20);
      paging.setMaximumPageSize(500);
      server.setPagingProvider(paging);
      return server;
    }
  }
}
