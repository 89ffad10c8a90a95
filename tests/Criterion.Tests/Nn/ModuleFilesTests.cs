using System.Globalization;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Tests.Formats;

namespace Criterion.Tests.Nn;

/// <summary>Saving, loading, printing and collecting modules.</summary>
public class ModuleFilesTests
{
    [Fact]
    public void A_saved_state_is_loaded_in_one_line()
    {
        using TemporaryFolder folder = new();
        Sequential net = Net();
        net.Save(folder["net.safetensors"]);
        Sequential copy = Net().Load(folder["net.safetensors"]).Eval();
        Tensor x = Tensor.Randn([2, 1, 8, 8], random: new RandomStream(3));
        Assert.Equal(net.Eval().Forward(x).ToArray<float>(), copy.Forward(x).ToArray<float>());
    }

    [Fact]
    public void A_file_is_replaced_only_on_request()
    {
        using TemporaryFolder folder = new();
        Linear first = new(2, 2), second = new(2, 2);
        first.Save(folder["a.safetensors"]);
        byte[] before = File.ReadAllBytes(folder["a.safetensors"]);
        Assert.Contains("overwrite: true", Assert.Throws<IOException>(() => second.Save(folder["a.safetensors"])).Message);
        Assert.Equal(before, File.ReadAllBytes(folder["a.safetensors"]));
        second.Save(folder["a.safetensors"], overwrite: true);
        Assert.NotEqual(before, File.ReadAllBytes(folder["a.safetensors"]));
    }

    [Fact]
    public void A_file_of_another_kind_or_another_network_is_refused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["text"], "no state at all");
        Assert.Throws<DataFormatException>(() => Net().Load(folder["text"]));
        new Linear(2, 3).Save(folder["other"]);
        Linear layer = new(2, 2);
        float[] before = layer.Weight.ToArray<float>();
        Assert.Throws<StateDictException>(() => layer.Load(folder["other"]));
        Assert.Equal(before, layer.Weight.ToArray<float>());
        Assert.ThrowsAny<IOException>(() => Net().Load(folder["missing"]));
    }

    [Fact]
    public void A_model_prints_its_tree_in_any_culture()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };
            Assert.Equal(
                """
                Sequential(
                  (0): Conv2d(1, 2, 3, padding: 1), weight [2, 1, 3, 3], bias [2]: 20 parameters
                  (1): BatchNorm2d(2), weight [2], bias [2]: 4 parameters
                  (2): LeakyReLU(slope: 0.2)
                  (3): Flatten()
                  (4): Linear(128, 10, bias: false), weight [10, 128]: 1,280 parameters
                ): 1,304 parameters
                """,
                Net().ToString());
            Assert.StartsWith("Own(\n  (head): Linear(2, 1)", new Own().ToString(), StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Lists_and_dictionaries_register_their_modules()
    {
        ModuleList<Linear> list = [new Linear(2, 3), new Linear(3, 4)];
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias"], list.StateDict().Keys);
        Assert.Equal(4, list[1].OutFeatures);
        Assert.Throws<NotSupportedException>(() => list.Forward(Tensor.Ones(2)));

        ModuleDict<Linear> heads = new() { { "age", new Linear(2, 1) }, { "size", new Linear(2, 1, bias: false) } };
        Assert.Equal(["age.weight", "age.bias", "size.weight"], heads.StateDict().Keys);
        Assert.Same(heads["age"], heads.Values.First());
        Assert.Throws<ArgumentException>(() => heads.Add("age", new Linear(2, 1)));
        Assert.Throws<NotSupportedException>(() => heads.Forward(Tensor.Ones(2)));
    }

    [Fact]
    public void Switches_return_the_type_of_the_module()
    {
        Sequential net = Net().Eval().Freeze();
        Assert.False(net.IsTraining);
        Assert.All(net.Parameters(), static p => Assert.False(p.RequiresGrad));
        Own own = new Own().Train().Unfreeze();
        Assert.True(own.IsTraining && own.Parameters().All(static p => p.RequiresGrad));
    }

    static Sequential Net() => new(
        new Conv2d(1, 2, 3, padding: 1), new BatchNorm2d(2), new LeakyReLU(0.2), new Flatten(), new Linear(128, 10, bias: false));

    [Fact]
    public void A_module_can_keep_a_part_in_one_mode()
    {
        KeepsBatchNorm net = new KeepsBatchNorm().Train();
        Assert.True(net.IsTraining);
        Assert.False(net.Norm.IsTraining);
    }

    sealed class Own : Module
    {
        readonly Linear _head;

        public Own() => _head = Child("head", new Linear(2, 1));

        public override Tensor Forward(Tensor input) => _head.Forward(input);
    }

    sealed class KeepsBatchNorm : Module
    {
        public KeepsBatchNorm() => Norm = Child("norm", new BatchNorm1d(2));

        public BatchNorm1d Norm { get; }

        public override Tensor Forward(Tensor input) => Norm.Forward(input);

        protected internal override void SetTraining(bool training)
        {
            base.SetTraining(training);
            Norm.Eval();
        }
    }
}
