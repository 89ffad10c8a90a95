using System.Globalization;
using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

// Fisher's irises: four measures in centimetres, three species.
string[][] rows = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "iris.csv")).Skip(1).Select(line => line.Split(','))];
string[] species = [.. rows.Select(row => row[4]).Distinct()];
Tensor x = Tensor.From(rows.Select(row => row[..4].Select(text => float.Parse(text, CultureInfo.InvariantCulture)).ToArray()).ToArray());
Tensor y = Tensor.From([.. rows.Select(row => Array.IndexOf(species, row[4]))]);
x = (x - x.Mean(0)) / x.Std(0);

Tensor order = Tensor.Permutation(rows.Length);
Tensor train = order[..120], test = order[120..];
var model = new Sequential(new Linear(4, 16), new ReLU(), new Linear(16, 3));
var optimizer = new Adam(model.Parameters(), learningRate: 0.01);
var loss = new CrossEntropyLoss();
for (int epoch = 0; epoch < 60; epoch++)
{
    foreach (Tensor batch in Tensor.Permutation(120).Split(16))
    {
        Tensor picked = train.IndexSelect(0, batch);
        optimizer.ZeroGrad();
        loss.Forward(model.Forward(x.IndexSelect(0, picked)), y.IndexSelect(0, picked)).Backward();
        optimizer.Step();
    }
}

string path = args.ElementAtOrDefault(0) ?? "iris.safetensors";
model.Save(path, overwrite: true);
Sequential loaded = new Sequential(new Linear(4, 16), new ReLU(), new Linear(16, 3)).Eval();
loaded.Load(path);
Console.WriteLine(loaded);
Console.WriteLine($"accuracy {loaded.Forward(x.IndexSelect(0, test)).ArgMax(1).EqualTo(y.IndexSelect(0, test)).Mean().Item<float>():P0}");
