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
        Assert.Empty(((Type[])[typeof(TensorException), typeof(TrainingException), typeof(StateDictException)]).Except(exceptions));
        Assert.Empty(exceptions.Where(static type => !type.IsAssignableTo(typeof(CriterionException))));
    }

    [Fact]
    public void Root_itself_cannot_be_thrown() => Assert.True(typeof(CriterionException).IsAbstract);
}
