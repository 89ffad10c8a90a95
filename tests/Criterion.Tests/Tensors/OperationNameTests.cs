using Criterion.Tests.Gradients;

namespace Criterion.Tests.Tensors;

/// <summary>Errors and the graph name the public operation that was called, not the formula or the kernel behind it.</summary>
public class OperationNameTests
{
    static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "operator +",
        ["op_Subtraction"] = "operator -",
        ["op_Multiply"] = "operator *",
        ["op_Division"] = "operator /",
    };

    /// <summary>Methods that are shorthands of another with fixed options, as their documentation states.</summary>
    static readonly Dictionary<string, string> Shorthands = new() { ["Relu"] = "LeakyRelu", ["Selu"] = "Elu" };

    public static IEnumerable<TheoryDataRow<string>> OfSeveralOperands() => Rows(static operation => operation.Inputs.Length > 1);

    public static IEnumerable<TheoryDataRow<string>> OfFormulas() => Rows(
        static operation => operation.Pointwise
            && operation.Method != "Map"
            && !operation.Method.StartsWith("op_", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(OfSeveralOperands))]
    public void Operands_that_do_not_match_are_refused_by_the_operation(string name)
    {
        Operation operation = Operations.Find(name);
        Tensor[] operands = Operation.Variables([operation.Inputs[0], .. operation.Inputs[1..].Select(Larger)]);
        Exception? error = Record.Exception(() => operation.Call(operands));
        if (error is null)
        {
            Assert.Contains(operation.Method, (string[])["op_Multiply", "Outer", "IndexSelect", "Gather", "Map"]);
            return;
        }

        Assert.IsType<ShapeException>(error);
        Assert.StartsWith($"{Operators.GetValueOrDefault(operation.Method, operation.Method)}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OfFormulas))]
    public void Results_name_the_operation(string name)
    {
        Operation operation = Operations.Find(name);
        Tensor result = operation.Call(Operation.Variables(operation.Inputs));
        AutogradException error = Assert.Throws<AutogradException>(() => result.RequiresGrad = false);
        string method = Shorthands.GetValueOrDefault(operation.Method, operation.Method);
        Assert.Contains($"'{method}'", error.Message, StringComparison.Ordinal);
    }

    static IEnumerable<TheoryDataRow<string>> Rows(Func<Operation, bool> suits) =>
        from operation in Operations.All
        where suits(operation)
        select new TheoryDataRow<string>(operation.Name) { TestDisplayName = operation.Name };

    static Operand Larger(Operand operand) => operand with { Shape = [.. operand.Shape.Select(static size => size + 1)] };
}
