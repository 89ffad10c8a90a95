using System.Reflection;

namespace Criterion.Cli.Tests;

/// <summary>One catch clause takes every exception that the libraries define.</summary>
public class ExceptionRootTests
{
    static readonly Assembly[] Libraries = [typeof(Tensor).Assembly, typeof(TrainingException).Assembly, typeof(Tool).Assembly];

    [Fact]
    public void Every_public_exception_derives_from_one_root()
    {
        Type[] exceptions = [.. Libraries
            .SelectMany(static library => library.GetTypes())
            .Where(static type => type.IsVisible && type.IsAssignableTo(typeof(Exception)))];
        Assert.All((Type[])[typeof(TensorException), typeof(TrainingException), typeof(StateDictException)],
            type => Assert.Contains(type, exceptions));
        Assert.All(exceptions, static type => Assert.True(type.IsAssignableTo(typeof(CriterionException)), type.Name));
    }

    [Fact]
    public void Root_itself_cannot_be_thrown() => Assert.True(typeof(CriterionException).IsAbstract);
}
