namespace Criterion.Training.Tests;

public class CountedTests
{
    [Theory]
    [InlineData(0, "image", "0 images")]
    [InlineData(1, "image", "1 image")]
    [InlineData(2, "image", "2 images")]
    [InlineData(1, "class", "1 class")]
    [InlineData(2, "class", "2 classes")]
    public void One_is_singular(long count, string noun, string text) => Assert.Equal(text, Counted.Of(count, noun));
}
