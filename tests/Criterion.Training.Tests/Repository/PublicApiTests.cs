using Criterion.Tests.Repository;

namespace Criterion.Training.Tests;

public class PublicApiTests
{
    [Fact]
    public void Public_api_is_as_approved() => ApiSnapshot.Check(
        typeof(GanTrainer).Assembly,
        RepositoryRoot.File("tests", "Criterion.Training.Tests", "Repository", "PublicApi.txt"));
}
