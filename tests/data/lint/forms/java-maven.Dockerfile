FROM maven:3-eclipse-temurin-21 AS build
COPY pom.xml /b/
RUN mvn -f /b/pom.xml -B dependency:go-offline
COPY src /b/src
RUN mvn -f /b/pom.xml -B package -DskipTests
FROM eclipse-temurin:21-jre
COPY --from=build /b/target/*.jar /app.jar
ENV JAVA_OPTS="-XX:MaxRAMPercentage=75 -Dfile.encoding=UTF-8"
ENTRYPOINT exec java $JAVA_OPTS -jar /app.jar
