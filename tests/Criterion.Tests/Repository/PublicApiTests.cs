namespace Criterion.Tests.Repository;

public class PublicApiTests
{
    [Fact]
    public void Public_api_is_as_approved() =>
        ApiSnapshot.Check(typeof(Tensor).Assembly, RepositoryRoot.File("tests", "Criterion.Tests", "Repository", "PublicApi.txt"));
}
