using System.Reflection;

namespace Criterion.Training.Tests.Repository;

/// <summary>Parameters are named as .NET names them: a positional record would name them like its properties.</summary>
public class ParameterNameTests
{
    const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(typeof(Tensor))]
    [InlineData(typeof(TrainingException))]
    public void Every_public_parameter_is_camel_case(Type assembly)
    {
        string[] wrong =
        [
            .. from type in assembly.Assembly.GetExportedTypes()
               from method in type.GetConstructors(Declared).Cast<MethodBase>().Concat(type.GetMethods(Declared))
               where method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly
               from parameter in method.GetParameters()
               where !IsCamelCase(parameter.Name!)
               select $"{type.Name}.{method.Name}: {parameter.Name}",
        ];
        Assert.Empty(wrong);
        Assert.False(IsCamelCase("Delta"));
    }

    static bool IsCamelCase(string name) => char.IsAsciiLetterLower(name[0]) && !name.Contains('_', StringComparison.Ordinal);
}
