/** Every port that the stack's daemons listen on: one place, so that flows, daemons and checks agree. */
export const ports = {
  /** Balancer, web, monitor: redirect to HTTPS. */
  http: 80,
  /** Balancer, web, monitor: HTTPS. */
  https: 443,
  /** Web, `passthrough` only: the health check's own HTTPS port; on onebox a client certificate is required. */
  webHealth: 8443,
  /** Database; on web hosts the loopback side of the way to the writer. */
  mysql: 3306,
  /** Web hosts, loopback only: the way to every node that may be read. */
  mysqlReaders: 3307,
  /** Galera group communication, TLS. */
  galera: 4567,
  /** Galera incremental state transfer, TLS. */
  galeraIst: 4568,
  /** Galera full state transfer by mariadb-backup, TLS. */
  galeraSst: 4444,
  /** Database: state of the node over HTTPS, client certificate required. */
  databaseHealth: 9200,
  /** Web hosts tell each other which database node is the writer, TLS. */
  stickPeers: 10024,
  /** Every host: what the monitoring agent offers, client certificate of the monitor required. */
  agent: 9443,
  /** Loopback only: statistics page and metrics of the balancer. */
  balancerStatistics: 8404,
  /** Loopback only, web hosts: metrics of the database proxy. */
  databaseProxyStatistics: 8405,
  /** Loopback only: node exporter. */
  nodeExporter: 9100,
  /** Loopback only: MySQL exporter. */
  mysqlExporter: 9104,
  /** Loopback only, AWS: the web server's own counters. */
  nginxStatus: 8081,
  /** Loopback only: metrics out of log lines. */
  mtail: 3903,
  /** Monitor: every host's logs, TLS, client certificate required. */
  logs: 6514,
  /** Loopback only, monitor: the way to Sumo Logic, which adds TLS and the secret URL. */
  sumo: 8514,
  /** Loopback only, monitor: the probe of the site. */
  probe: 9115,
  /** Loopback only, monitor: Alertmanager. */
  alertmanager: 9093,
  /** Loopback only, monitor: Prometheus. */
  prometheus: 9090,
} as const;
